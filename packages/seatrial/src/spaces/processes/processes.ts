import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { createPorts } from "./ports.ts";
import type { ServerProgram } from "./program.ts";
import { type ServerProcess, startServer } from "./start.ts";

/** The server processes of one maker, by the names of their spaces. Closing it ends all of them. */
export interface Processes extends AsyncDisposable {
  /** Starts one, and resolves when it has answered. A failure leaves none. */
  start(name: string, program: ServerProgram, signal: AbortSignal): Promise<ServerProcess>;
  find(name: string): ServerProcess | undefined;
  /** Resolves when it is gone. Missing is fine. */
  stop(name: string): Promise<void>;
  names(prefix: string): string[];
}

export interface ProcessesOptions {
  server: SpaceServer;
  /** One ended by itself. It is still to be stopped. */
  onLost: (name: string, why: string) => void;
}

/** None yet, in the container of a service. */
export function createProcesses({ server, onLost }: ProcessesOptions): Processes {
  const ports = createPorts();
  const running = new Map<string, Promise<ServerProcess>>();
  const ready = new Map<string, ServerProcess>();
  const stopping = new Set<string>();
  let closed = false;

  function watch(name: string, process: ServerProcess, title: string): void {
    void process.ended.then((how) => {
      if (!stopping.has(name)) onLost(name, `${title} of ${name} ${how}`);
    });
  }

  async function stop(name: string): Promise<void> {
    const [found] = await Promise.allSettled([running.get(name)]);
    if (found.status === "rejected" || found.value === undefined) {
      running.delete(name);
      return;
    }
    stopping.add(name);
    try {
      await found.value.stop();
    } finally {
      stopping.delete(name);
    }
    running.delete(name);
    ready.delete(name);
  }

  return {
    async start(name, program, signal) {
      if (closed || running.has(name)) {
        const why = closed ? "its maker is closed" : "there is one of this name";
        throw spaceError({
          code: "SPACE_NOT_MADE",
          message: `cannot start ${program.title} ${name}: ${why}`,
        });
      }
      const starting = startServer({ server, program, ports }, signal);
      running.set(name, starting);
      try {
        const process = await starting;
        ready.set(name, process);
        watch(name, process, program.title);
        return process;
      } catch (error) {
        running.delete(name);
        throw error;
      }
    },
    find: (name) => ready.get(name),
    stop,
    names: (prefix) => [...running.keys()].filter((name) => name.startsWith(prefix)),
    async [Symbol.asyncDispose]() {
      closed = true;
      const left = await Promise.allSettled([...running.keys()].map(stop));
      const errors = left.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, `processes in ${server.service} did not end`);
    },
  };
}
