import { isToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import { createHttpClient, type HttpAnswer, type HttpClient } from "../http-client.ts";
import type { SpaceServer } from "../maker.ts";
import { type Admin, adminOf, managementPort } from "./admin.ts";
import { enableManagement } from "./plugin.ts";

/** RabbitMQ's management API as its administrator. Calls fail with SPACE_NOT_MADE and the server's words, or SPACE_SERVER_LOST. */
export interface Management extends Disposable {
  /** Undefined: there is no such thing. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  put(path: string, body: unknown, signal: AbortSignal): Promise<void>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<void>;
  /** Missing is fine. */
  remove(path: string, signal: AbortSignal): Promise<void>;
}

/** Connects to the API, whose plugin is enabled first in a server that runs without it. */
export async function openManagement(options: {
  server: SpaceServer;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<Management> {
  const { server, onNote, signal } = options;
  const admin = adminOf(server);
  const http = createHttpClient({ server, port: managementPort(server) });
  try {
    const management = managementOver({ http, server, admin });
    if (!(await answers(management, signal))) {
      onNote(`${server.service}: enabling its management plugin, through which vhosts are made`);
      await enableManagement(server, signal);
    }
    checkRights({ identity: await management.get("/api/whoami", signal), server, admin });
    return management;
  } catch (error) {
    http[Symbol.dispose]();
    throw error;
  }
}

async function answers(management: Management, signal: AbortSignal): Promise<boolean> {
  try {
    await management.get("/api/whoami", signal);
    return true;
  } catch (error) {
    if (isToolError(error, "SPACE_SERVER_LOST") && !signal.aborted) return false;
    throw error;
  }
}

function managementOver(parts: { http: HttpClient; server: SpaceServer; admin: Admin }): Management {
  const { http, server, admin } = parts;
  const authorization = `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString("base64")}`;

  async function call(
    request: { method: string; path: string; body?: unknown; missing?: boolean },
    signal: AbortSignal,
  ): Promise<HttpAnswer | undefined> {
    const { method, path, body, missing = false } = request;
    const answer = await http.send(
      {
        method,
        path,
        headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      },
      signal,
    );
    if (answer.status < 300) return answer;
    if (answer.status === 404 && missing) return undefined;
    if (answer.status === 401) throw wrongAdmin(server, admin);
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `${server.service}: RabbitMQ answered ${method} ${path.replace(/\?.*/, "")} with ${answer.status}: ${reasonIn(answer)}`,
    });
  }

  return {
    async get(path, signal) {
      const answer = await call({ method: "GET", path, missing: true }, signal);
      return answer && JSON.parse(answer.body.toString());
    },
    async put(path, body, signal) {
      await call({ method: "PUT", path, body }, signal);
    },
    async post(path, body, signal) {
      await call({ method: "POST", path, body }, signal);
    },
    async remove(path, signal) {
      await call({ method: "DELETE", path, missing: true }, signal);
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}

/** `{"error": "bad_request", "reason": "inequivalent arg …"}`, or whatever it said. */
function reasonIn({ body }: HttpAnswer): string {
  const text = body.toString().trim();
  try {
    const { reason, error } = JSON.parse(text) as { reason?: unknown; error?: unknown };
    return String(reason ?? error ?? text);
  } catch {
    return text.slice(0, 500);
  }
}

function checkRights({ identity, server, admin }: { identity: unknown; server: SpaceServer; admin: Admin }) {
  const { tags } = (identity ?? {}) as { tags?: string | string[] };
  // A list, and before RabbitMQ 3.10 a text with commas.
  const all = Array.isArray(tags) ? tags : (tags ?? "").split(",");
  if (all.includes("administrator")) return;
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${server.service}: ${admin.user} may not make vhosts: its tags are ${JSON.stringify(all)}`,
    hint: "set RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS of the service to an administrator",
  });
}

function wrongAdmin(server: SpaceServer, admin: Admin) {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${server.service}: RabbitMQ does not let ${admin.user} in with the password that the service's settings tell`,
    hint: "set RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS of the service to its administrator; users of a definitions file are not read",
  });
}
