import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import type { Duration, Problem } from "../../model/index.ts";
import { EXIT, isToolError, messageOf } from "../../support/error.ts";
import { runError } from "../errors.ts";
import type { ProcessRef } from "../process-identity.ts";
import type { NativeAddress } from "./addresses.ts";
import { CONTROL } from "./control.ts";
import type { Definitions } from "./definitions.ts";
import type { Description } from "./description.ts";

/** Another owner of this user, over its control socket. Every call fails with OWNER_AWAY when it is gone. */
export interface OwnerClient {
  /** `settled` waits until it is ready or has failed. */
  describe(options: { settled?: boolean | undefined; signal: AbortSignal }): Promise<Description>;
  /** Makes its lease end no earlier than after this time; resolves with when it ends. */
  extend(time: Duration, signal: AbortSignal): Promise<string>;
  /** Where programs of this machine find a port of a service, until the signal aborts. */
  address(service: string, port: number, signal: AbortSignal): Promise<NativeAddress>;
  /**
   * Keeps it from ending by itself until the signal aborts. `ended` resolves when it has ended nevertheless, and says why. A command
   * that is named and goes on although this process is gone is ended with it.
   */
  use(signal: AbortSignal, command?: ProcessRef): Promise<{ ended: Promise<Problem> }>;
  /** Has it remove this env file when it ends, if that is still its own then. */
  ownEnvFile(file: string, signal: AbortSignal): Promise<void>;
  /** Lets its lease end now, as far as nobody uses it. */
  expire(signal: AbortSignal): Promise<void>;
  /** Has spaces made by these definitions. */
  define(definitions: Definitions, signal: AbortSignal): Promise<void>;
  /** A connection that speaks the broker's protocol: about spaces of definitions with this digest, or about all. */
  dialBroker(options: { definitions?: string | undefined; signal: AbortSignal }): Promise<Duplex>;
}

/** Speaks to the owner behind a control socket. Nothing is connected before the first call. */
export function connectOwner(options: { run: string; control: string }): OwnerClient {
  const { run, control } = options;

  async function ask(wanted: { method: string; path: string; body?: unknown; signal: AbortSignal }) {
    const { method, body, signal } = wanted;
    const call = requestHttp({ socketPath: control, method, path: wanted.path, agent: false, signal });
    call.end(body === undefined ? undefined : JSON.stringify(body));
    try {
      const [response] = (await once(call, "response")) as [IncomingMessage];
      if (response.statusCode !== 200) throw refused(run, JSON.parse(await textOf(response)) as Problem);
      return response;
    } catch (error) {
      throw signal.aborted ? signal.reason : away(run, error);
    }
  }

  async function askJson<T>(wanted: Parameters<typeof ask>[0]): Promise<T> {
    const response = await ask(wanted);
    try {
      return JSON.parse(await textOf(response)) as T;
    } catch (error) {
      throw wanted.signal.aborted ? wanted.signal.reason : away(run, error);
    }
  }

  return {
    describe: ({ settled, signal }) =>
      askJson({ method: "GET", path: `${CONTROL.describe}${settled === true ? "?settled" : ""}`, signal }),
    async extend(time, signal) {
      const body = { time };
      return (await askJson<{ until: string }>({ method: "POST", path: CONTROL.lease, body, signal })).until;
    },
    async address(service, port, signal) {
      const body = { service, port };
      const lines = linesOf(await ask({ method: "POST", path: CONTROL.addresses, body, signal }));
      return JSON.parse(await lines.next()) as NativeAddress;
    },
    async use(signal, command) {
      const lines = linesOf(await ask({ method: "POST", path: CONTROL.use, body: { command }, signal }));
      await lines.next();
      const ended = lines.next().then(
        (line) => ({ ...ENDED, ...(JSON.parse(line) as Partial<Problem>) }),
        // Its process is gone.
        () => ENDED,
      );
      return { ended };
    },
    async ownEnvFile(file, signal) {
      await askJson({ method: "POST", path: CONTROL.envFiles, body: { path: file }, signal });
    },
    async expire(signal) {
      await askJson({ method: "POST", path: CONTROL.expire, body: {}, signal });
    },
    async define(definitions, signal) {
      await askJson({ method: "POST", path: CONTROL.define, body: definitions, signal });
    },
    async dialBroker({ definitions, signal }) {
      const headers = { connection: "Upgrade", upgrade: CONTROL.upgrade };
      const path = definitions === undefined ? "/" : `/?${new URLSearchParams({ definitions })}`;
      const call = requestHttp({ socketPath: control, path, headers, agent: false, signal });
      call.end();
      const [, connection, head] = await upgraded(call, run, signal);
      if (head.length > 0) connection.unshift(head);
      return connection;
    },
  };
}

async function upgraded(
  call: ReturnType<typeof requestHttp>,
  run: string,
  signal: AbortSignal,
): Promise<[IncomingMessage, Duplex, Buffer]> {
  call.once("response", (response) => {
    response.resume();
    call.destroy(new Error(`it has no broker (${response.statusCode})`));
  });
  try {
    return (await once(call, "upgrade")) as [IncomingMessage, Duplex, Buffer];
  } catch (error) {
    throw signal.aborted ? signal.reason : away(run, error);
  }
}

const ENDED: Problem = { code: "OWNER_AWAY", message: "Its owner has ended." };

/** The lines of an answer that stays open, which keeps no process alive. */
function linesOf(response: IncomingMessage): { next(): Promise<string> } {
  response.socket.unref();
  response.on("error", () => undefined);
  const lines = createInterface(response)[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the connection has ended");
      return value;
    },
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

function away(run: string, cause: unknown): Error {
  if (isToolError(cause)) return cause;
  return runError({
    code: "OWNER_AWAY",
    message: `The owner of run ${run} does not answer: ${messageOf(cause)}`,
    hint: "It has most likely just ended: try again.",
    cause,
    exitCode: EXIT.unreachable,
  });
}

function refused(run: string, problem: Problem): Error {
  return runError({
    code: "CONTROL_REFUSED",
    message: `The owner of run ${run} refused: ${problem.message}`,
    hint: problem.hint,
  });
}
