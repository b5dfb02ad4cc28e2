import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import * as v from "valibot";
import type { Duration, Problem } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { runError } from "../errors.ts";
import type { ProcessRef } from "../process-identity.ts";
import type { NativeAddress } from "./addresses.ts";
import { findSocketPlace } from "./control-socket.ts";
import type { Definitions } from "./definitions.ts";
import type { Description } from "./description.ts";

/** What an owner does for others of its user. */
export interface ControlDuties {
  describe(): Promise<Description>;
  /** Resolves when it is ready or has failed. */
  settled: Promise<unknown>;
  /** Makes the lease end no earlier than after this time, and says when it ends. */
  extend(time: Duration): Promise<string>;
  /** Uses it until the signal aborts, for a command if one is named; resolves with why it ended, if that comes first. */
  use(signal: AbortSignal, command: ProcessRef | undefined): Promise<Problem | undefined>;
  /** Lets its lease end now, as far as nobody uses it. */
  expire(): void;
  /** As long as the signal has not aborted. */
  address(service: string, port: number, signal: AbortSignal): Promise<NativeAddress>;
  /** Takes over a connection that speaks the broker's protocol, about spaces of these definitions or of all. */
  broker(connection: Duplex, definitions: string | undefined): void;
  /** Makes spaces by these definitions from now on. Absent: they are fixed. */
  define?: ((definitions: Definitions) => Promise<void>) | undefined;
  /** Removes this env file when it ends. Absent: it has none. */
  ownEnvFile?: ((file: string) => void) | undefined;
}

/** The control socket of an owner. */
export interface Control extends AsyncDisposable {
  readonly path: string;
}

/** The requests, below the socket. The broker's own protocol is spoken after an upgrade. */
export const CONTROL = {
  describe: "/v1/infrastructure",
  lease: "/v1/infrastructure/lease",
  addresses: "/v1/infrastructure/addresses",
  use: "/v1/infrastructure/use",
  define: "/v1/infrastructure/definitions",
  expire: "/v1/infrastructure/expire",
  envFiles: "/v1/infrastructure/env-files",
  upgrade: "seatrial-broker",
} as const;

const LONGEST_BODY = 16 * 1024 * 1024;

/** Serves an owner's duties on a socket that only this user can open: whoever can is the owner's equal. */
export async function openControl(options: {
  /** Made if missing, with mode 0700. */
  folder: string;
  run: string;
  duties: ControlDuties;
}): Promise<Control> {
  const { duties } = options;
  const place = await findSocketPlace(options.folder, `${options.run}.sock`).catch((cause: unknown) => {
    throw runError({
      code: "STATE_NOT_WRITABLE",
      message: `The control socket of a run cannot be made in ${options.folder}: ${messageOf(cause)}`,
      hint: "Set XDG_STATE_HOME to a folder that can be written.",
      cause,
    });
  });
  const server = createServer((request, response) => {
    answer({ request, response, duties }).catch((error: unknown) => refuse(response, error));
  });
  server.on("upgrade", (request, connection, head) => {
    if (request.headers.upgrade !== CONTROL.upgrade) {
      connection.end("HTTP/1.1 501 Not Implemented\r\n\r\n");
      return;
    }
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${CONTROL.upgrade}\r\n\r\n`,
    );
    if (head.length > 0) connection.unshift(head);
    const definitions = new URL(request.url ?? "/", "http://owner").searchParams.get("definitions");
    duties.broker(connection, definitions ?? undefined);
  });
  server.listen(place.path);
  await once(server, "listening");
  await chmod(place.path, 0o600);
  return {
    path: place.path,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await place[Symbol.asyncDispose]();
    },
  };
}

async function answer(options: {
  request: IncomingMessage;
  response: ServerResponse;
  duties: ControlDuties;
}): Promise<void> {
  const { request, response, duties } = options;
  const url = new URL(request.url ?? "/", "http://owner");
  switch (`${request.method} ${url.pathname}`) {
    case `GET ${CONTROL.describe}`:
      if (url.searchParams.has("settled")) await duties.settled;
      send(response, await duties.describe());
      return;
    case `POST ${CONTROL.lease}`: {
      const { time } = v.parse(LEASE, await readJson(request));
      send(response, { until: await duties.extend(time) });
      return;
    }
    case `POST ${CONTROL.addresses}`: {
      const { service, port } = v.parse(ADDRESS, await readJson(request));
      // It is answered as long as the connection is open.
      begin(response, await duties.address(service, port, untilClosed(response)));
      return;
    }
    case `POST ${CONTROL.use}`: {
      const { command } = v.parse(USE, await readJson(request));
      const ended = duties.use(untilClosed(response), command);
      begin(response, {});
      response.end(JSON.stringify((await ended) ?? {}));
      return;
    }
    case `POST ${CONTROL.define}`:
      if (duties.define === undefined) throw new Error("what spaces it gives is fixed");
      // From a program of the same version and user.
      await duties.define((await readJson(request)) as Definitions);
      send(response, {});
      return;
    case `POST ${CONTROL.envFiles}`: {
      const { path } = v.parse(ENV_FILE, await readJson(request));
      duties.ownEnvFile?.(path);
      send(response, {});
      return;
    }
    case `POST ${CONTROL.expire}`:
      duties.expire();
      send(response, {});
      return;
    default:
      throw runError({
        code: "CONTROL_REQUEST_INVALID",
        message: `${request.method} ${url.pathname} is no request of the control socket.`,
        hint: "Its owner may be of another version of seatrial: `seatrial down` ends it.",
      });
  }
}

const USE = v.object({
  command: v.optional(
    v.object({
      pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
      identity: v.pipe(v.string(), v.minLength(1)),
    }),
  ),
});
const LEASE = v.object({ time: v.pipe(v.number(), v.minValue(0)) });
const ENV_FILE = v.object({ path: v.string() });
const ADDRESS = v.object({
  service: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
});

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Error("the request is too long");
  }
  return JSON.parse(text);
}

/** A first line now, and the rest when there is one. */
function begin(response: ServerResponse, line: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write(`${JSON.stringify(line)}\n`);
}

function untilClosed(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("whoever asked is gone")));
  return gone.signal;
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify(problemOf(error)));
}
