import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { SpaceError } from "./space-error.ts";

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
  /** Breaks the request off. */
  signal?: AbortSignal | undefined;
}

/** Opens nothing yet. */
export function createBrokerClient(address: BrokerAddress): BrokerClient {
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
  function explained(error: unknown, { signal }: BrokerRequest): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (error instanceof SpaceError) return error;
    return new SpaceError({
      code: "BROKER_UNREACHABLE",
      message: `The broker at ${address.url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      hint: "The run that SEATRIAL_BROKER speaks of has probably ended.",
      cause: error,
    });
  }

  async function openSession(): Promise<string> {
    const request = { method: "POST", path: "/v1/sessions" } as const;
    try {
      // A connection of its own, which goes with the process.
      const response = await send(request, false);
      const line = await readLine(response);
      response.once("close", () => {
        session = undefined;
      });
      response.socket.unref();
      return JSON.parse(line).session;
    } catch (error) {
      session = undefined;
      throw explained(error, request);
    }
  }

  return {
    async ask(request) {
      try {
        return await readJson(await send(request, agent));
      } catch (error) {
        throw explained(error, request);
      }
    },
    async session() {
      session ??= openSession();
      return await session;
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
