import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { SpaceError } from "./space-error.ts";

/** A broker that accepts connections and says nothing is away. */
const PATIENCE_MS = 30_000;

/** Where the broker is: what `SEATRIAL_BROKER` and `SEATRIAL_TOKEN` say. */
export interface BrokerAddress {
  url: string;
  token: string;
}

/** The broker as this process speaks to it. Nothing of it keeps the process alive. */
export interface BrokerClient {
  /** Resolves with the answer's JSON. Fails with SpaceError. */
  ask<T>(request: BrokerRequest): Promise<T>;
  /** The session of this process: when the process ends, its spaces are its own no more. */
  session(): Promise<string>;
}

export interface BrokerRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: unknown;
  /** Milliseconds that the broker itself may wait before it answers. Default: 0. */
  wait?: number | undefined;
  /** Breaks the request off. */
  signal?: AbortSignal | undefined;
}

/** Opens nothing yet. Every answer has to be there within `patience` milliseconds, on top of what the broker may wait itself. */
export function createBrokerClient(address: BrokerAddress, patience = PATIENCE_MS): BrokerClient {
  const agent = new Agent({ keepAlive: true });
  let session: Promise<string> | undefined;

  async function send(request: BrokerRequest, connections: Agent | false): Promise<IncomingMessage> {
    const { method, path, body, signal } = request;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = { authorization: `Bearer ${address.token}` };
    if (text !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = Buffer.byteLength(text);
    }
    const options = { method, headers, agent: connections, ...(signal !== undefined && { signal }) };
    const sent = httpRequest(new URL(path, address.url), options);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once("response", resolve);
      // Stays: what is broken off may fail again.
      sent.on("error", reject);
      sent.end(text);
    });
    if (response.statusCode !== undefined && response.statusCode < 300) return response;
    throw new SpaceError(await readJson(response));
  }

  /** Says who does not answer, unless the caller broke it off or the broker itself said what is wrong. */
  function explained(error: unknown, { signal }: BrokerRequest, limit: AbortSignal): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (error instanceof SpaceError) return error;
    const cause: unknown = limit.aborted ? limit.reason : error;
    return new SpaceError({
      code: "BROKER_UNREACHABLE",
      message: `The broker at ${address.url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: "The run that SEATRIAL_BROKER speaks of has probably ended.",
      cause,
    });
  }

  /** Sends it and reads what is wanted of the answer, in time. */
  async function within<T>(
    request: BrokerRequest,
    connections: Agent | false,
    read: (response: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    const limit = limited(patience + (request.wait ?? 0), request.signal);
    try {
      return await read(await send({ ...request, signal: limit.signal }, connections));
    } catch (error) {
      throw explained(error, request, limit.signal);
    } finally {
      limit.lift();
    }
  }

  async function openSession(): Promise<string> {
    try {
      // A connection of its own, which goes with the process.
      return await within({ method: "POST", path: "/v1/sessions" }, false, async (response) => {
        const { session: id } = JSON.parse(await readLine(response)) as { session: string };
        response.once("close", () => {
          session = undefined;
        });
        response.socket.unref();
        return id;
      });
    } catch (error) {
      session = undefined;
      throw error;
    }
  }

  return {
    ask: async <T>(request: BrokerRequest) => await within<T>(request, agent, readJson),
    async session() {
      session ??= openSession();
      return await session;
    },
  };
}

/** A signal that aborts with the other, and when the time is over, unless that was lifted before. Its clock keeps no process alive. */
function limited(ms: number, other: AbortSignal | undefined): { signal: AbortSignal; lift(): void } {
  const controller = new AbortController();
  const follow = () => controller.abort(other?.reason);
  if (other?.aborted === true) follow();
  other?.addEventListener("abort", follow, { once: true });
  const late = () => controller.abort(new Error(`nothing came within ${ms / 1000} s`));
  const timer = setTimeout(late, ms).unref();
  return {
    signal: controller.signal,
    lift() {
      clearTimeout(timer);
      other?.removeEventListener("abort", follow);
    },
  };
}

async function readJson<T>(response: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** The first line of an answer that goes on. */
function readLine(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text);
    });
    // Stays: its end is no error of this process.
    response.on("error", reject);
    response.once("end", () => reject(new Error("the answer ended too early")));
  });
}
