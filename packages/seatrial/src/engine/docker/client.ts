import type { IncomingMessage } from "node:http";
import { orAborted, withDeadline } from "../../support/abort.ts";
import type { ToolError } from "../../support/error.ts";
import { messageIn, textOf } from "./answer.ts";
import type { DockerCall, DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { lateAnswer, refusalError, strangeAnswer } from "./exchange-failure.ts";

export interface ClientOptions {
  endpoint: DockerEndpoint;
  exchange: Exchange;
  /** Milliseconds within which an answer must begin. */
  answerTimeout: number;
}

/** Asks the engine, and turns refusals, silence and nonsense into errors. Paths are sent as they are. */
export function createClient(options: ClientOptions): DockerClient {
  const { endpoint, exchange } = options;
  const asked = (call: DockerCall) => ({ endpoint, what: call.what });

  function limited(call: DockerCall) {
    const ms = call.answerWithin ?? options.answerTimeout;
    return withDeadline(call.signal, { ms, error: () => lateAnswer(asked(call), ms) });
  }

  async function refusal(
    call: DockerCall,
    response: IncomingMessage,
    signal: AbortSignal,
  ): Promise<ToolError> {
    const text = await textOf(response, asked(call), signal);
    const said = { status: response.statusCode ?? 0, message: messageIn(text) };
    return call.refused?.(said) ?? refusalError(asked(call), said);
  }

  async function answer(call: DockerCall, signal: AbortSignal): Promise<IncomingMessage> {
    const result = await exchange(call, signal);
    if (result.kind === "upgrade") {
      result.socket.destroy();
      throw strangeAnswer(asked(call), { saw: "it switched protocols unasked" });
    }
    const isFine = result.status < 400 || call.accepts?.includes(result.status);
    if (!isFine) throw await refusal(call, result.response, signal);
    return result.response;
  }

  return {
    async json(call) {
      using limit = limited(call);
      const response = await answer(call, limit.signal);
      const text = await textOf(response, asked(call), limit.signal);
      if (text.trim() === "" || (response.statusCode ?? 0) >= 400) return undefined;
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw strangeAnswer(asked(call), { saw: "its answer is not JSON", cause });
      }
    },
    async open(call) {
      using limit = limited(call);
      return await answer(call, limit.signal);
    },
    async upgrade(call) {
      using limit = limited(call);
      const headers = { ...call.headers, connection: "Upgrade", upgrade: "tcp" };
      const result = await exchange({ ...call, headers }, limit.signal);
      if (result.kind === "upgrade") return result;
      if (result.status >= 400) throw await refusal(call, result.response, limit.signal);
      result.response.destroy();
      throw strangeAnswer(asked(call), { saw: `it kept the connection (status ${result.status})` });
    },
  };
}

/** The same client with the API version in front of every path. `version` is asked at most once. */
export function withApiVersion(client: DockerClient, version: () => Promise<string>): DockerClient {
  let asking: Promise<string> | undefined;

  async function versioned(call: DockerCall): Promise<DockerCall> {
    call.signal.throwIfAborted();
    // Nobody listens to what is uploaded until the request begins, which then tells how it failed.
    call.upload?.on("error", () => undefined);
    asking ??= version().catch((error: unknown) => {
      // The engine may be there the next time.
      asking = undefined;
      throw error;
    });
    return { ...call, path: `/v${await orAborted(asking, call.signal)}${call.path}` };
  }

  return {
    json: async (call) => await client.json(await versioned(call)),
    open: async (call) => await client.open(await versioned(call)),
    upgrade: async (call) => await client.upgrade(await versioned(call)),
  };
}
