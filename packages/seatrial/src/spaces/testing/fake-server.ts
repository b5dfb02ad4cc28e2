import { createServer, type RequestListener } from "node:http";
import type { AgentProcess } from "../../agent/index.ts";
import { memoryDuplexPair } from "../../agent/testing/index.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";

/** A service whose ports answer HTTP from memory. A port that is not there refuses, and may be there later. */
export function fakeServer(
  parts: {
    port?: number;
    ports?: Record<number, RequestListener>;
    admin?: SpaceServer["admin"];
    env?: Record<string, string>;
    /** What a command prints, and its exit code. */
    onRun?: (argv: string[]) => { code: number; output: string };
  } = {},
): SpaceServer & { ports: Record<number, RequestListener>; dials: number } {
  const { port = 1, admin = {}, env = {}, ports = {} } = parts;
  return {
    service: "fake",
    port,
    admin,
    env,
    ports,
    dials: 0,
    async dial(at, signal) {
      signal.throwIfAborted();
      this.dials += 1;
      const listener = ports[at];
      if (listener === undefined) {
        throw spaceError({ code: "SPACE_SERVER_LOST", message: `fake: nothing listens at ${at}` });
      }
      const [ours, theirs] = memoryDuplexPair();
      createServer(listener).emit("connection", theirs);
      return ours;
    },
    async run({ argv }) {
      const { code, output } = parts.onRun?.(argv) ?? { code: 127, output: "" };
      return finished(code, output);
    },
    readFile: async () => undefined,
    writeFile: async () => undefined,
  };
}

function finished(code: number, output: string): AgentProcess {
  const exit = { code, signal: null, outOfMemory: false, duration: 1, maxMemoryBytes: 0, cpu: 0 };
  return {
    pid: 1,
    output: (async function* () {
      yield { stream: "stdout" as const, data: Buffer.from(output) };
    })(),
    exit: Promise.resolve(exit),
    write: async () => undefined,
    endInput: async () => undefined,
    signal: async () => undefined,
    resize: async () => undefined,
  };
}
