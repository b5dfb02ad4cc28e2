import type { AgentProcess, ProcessExit } from "../../agent/index.ts";
import type { Duration } from "../../model/index.ts";
import { orAborted, withDeadline } from "../../support/abort.ts";
import { isToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { type WatchedLines, watchLines } from "./lines.ts";
import type { ServerCommand, ServerProgram } from "./program.ts";

const READY_MS: Duration = 15_000;
const STOP_MS: Duration = 10_000;
/** As many taken ports in a row mean that something else is wrong. */
const PORTS_TRIED = 50;

/** A server process in the service's container. It ends with its owner's connection to the container's agent. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, with how: `ended with code 1`. */
  readonly ended: Promise<string>;
  readonly lines: WatchedLines;
  signal(name: string): Promise<void>;
  /** Kills it with everything that it started. Resolves when it is gone; again is fine, also after a failure. */
  stop(): Promise<void>;
}

export interface StartOptions {
  server: SpaceServer;
  program: ServerProgram;
  ports: { next(): number };
}

interface StartingProcess extends ServerProcess {
  /** The line that says that it listens; undefined when it ended before. */
  readonly up: Promise<string | undefined>;
}

/** Starts the program on a free port, and resolves when it has answered. Fails with SPACE_NOT_MADE and its last lines. */
export async function startServer(options: StartOptions, signal: AbortSignal): Promise<ServerProcess> {
  for (let tries = 1; ; tries += 1) {
    const running = await run(options, options.ports.next());
    try {
      if (await isReady(running, options, signal)) return running;
      const taken = running.lines.last().some((line) => options.program.portTaken.test(line));
      if (!taken || tries === PORTS_TRIED) throw await failure(running, options);
    } catch (error) {
      // Why it is not ready counts more than how it ended.
      await Promise.allSettled([running.stop()]);
      throw error;
    }
  }
}

/** False: it ended by itself. */
async function isReady(
  running: StartingProcess,
  options: StartOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { server, program } = options;
  const place = `${program.title} on port ${running.port} in the container of ${server.service}`;
  using limit = withDeadline(signal, {
    ms: READY_MS,
    error: () =>
      spaceError({
        code: "SPACE_NOT_MADE",
        message: `${place} was not ready within ${READY_MS / 1000} s`,
        hint: "its last lines may say why; a smaller limit of spaces leaves each more of the machine",
        lastLines: running.lines.last(),
      }),
  });
  const line = await orAborted(running.up, limit.signal);
  if (line === undefined) return false;
  const connection = await server.dial(running.port, limit.signal);
  // Its errors are those of whoever asks.
  connection.on("error", () => undefined);
  try {
    await program.ask(connection, limit.signal);
    return true;
  } finally {
    connection.destroy();
  }
}

async function failure(running: ServerProcess, { server, program }: StartOptions): Promise<Error> {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${program.title} in the container of ${server.service} ${await running.ended} before it was ready`,
    lastLines: running.lines.last(),
  });
}

async function run(options: StartOptions, port: number): Promise<StartingProcess> {
  const command = options.program.command(port);
  // Not the caller's signal: what is made outlives the call that made it.
  const life = new AbortController();
  const process = await runFirst(options, command, life.signal);
  const lines = watchLines(process.output);
  // At once: it may have said so already.
  const up = lines.next(options.program.ready);
  if (command.input !== undefined) {
    // One that ends before it has read everything tells why in its own words.
    process
      .write(command.input)
      .then(() => process.endInput())
      .catch(() => undefined);
  }
  const ended = process.exit.then(describeExit, (error: unknown) =>
    error instanceof Error ? `is lost (${error.message})` : "is lost",
  );
  async function stop(): Promise<void> {
    await process.signal("KILL").catch(() => undefined);
    using limit = withDeadline(new AbortController().signal, {
      ms: STOP_MS,
      error: () =>
        spaceError({
          code: "SPACE_SERVER_LOST",
          message: `${options.program.title} (process ${process.pid}) in the container of ${options.server.service} did not end within ${STOP_MS / 1000} s of being killed`,
        }),
    });
    await orAborted(ended, limit.signal);
    life.abort();
  }
  let stopping: Promise<void> | undefined;
  return {
    port,
    pid: process.pid,
    ended,
    lines,
    up,
    signal: (name) => process.signal(name),
    stop() {
      stopping ??= stop().catch((error: unknown) => {
        // By the next try it may have ended.
        stopping = undefined;
        throw error;
      });
      return stopping;
    },
  };
}

async function runFirst(
  { server, program }: StartOptions,
  { args, env, input }: ServerCommand,
  life: AbortSignal,
): Promise<AgentProcess> {
  let missing: unknown;
  for (const name of program.programs) {
    try {
      return await server.run({ argv: [name, ...args], env, stdin: input !== undefined }, life);
    } catch (error) {
      if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
      missing ??= error;
    }
  }
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${program.title} could not be started in the container of ${server.service}: its image has none of ${program.programs.join(", ")}`,
    hint: "choose another `isolation` for these spaces, or an image with the program in its PATH",
    cause: missing,
  });
}

function describeExit(exit: ProcessExit): string {
  const memory = exit.outOfMemory ? " for want of memory" : "";
  return exit.signal === null
    ? `ended with code ${exit.code}${memory}`
    : `was ended by ${exit.signal}${memory}`;
}
