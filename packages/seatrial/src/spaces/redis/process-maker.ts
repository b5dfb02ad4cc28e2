import { isToolError } from "../../support/error.ts";
import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { createProcesses, type Processes } from "../processes/index.ts";
import { connectRedis } from "./connection.ts";
import { writeContent } from "./content.ts";
import { type KeptConnection, keepConnected } from "./kept-connection.ts";
import { newPassword } from "./password.ts";
import { redisProgram } from "./program.ts";
import { textOf } from "./resp.ts";
import { NO_SETTINGS, readSettings, type ServerSettings, settingsBeyond } from "./settings.ts";
import { buildTemplate, type RedisTemplate } from "./template.ts";

/** Spaces that are a server process each, in the service's container, set up as the service's own server is. */
export async function openProcessMaker(options: MakerOptions): Promise<SpaceMaker> {
  const { server, onLost = () => undefined } = options;
  options.signal.throwIfAborted();
  const processes = createProcesses({ server, onLost });
  try {
    const { template, settings } = await prepare(options, processes);
    return makerOf({ options, processes, template, settings: template?.settings ?? settings });
  } catch (error) {
    await Promise.allSettled([processes[Symbol.asyncDispose]()]);
    throw error;
  }
}

async function prepare(options: MakerOptions, processes: Processes) {
  using kept = keepConnected(options.server);
  const base = await askBase(options, kept);
  const settings =
    base === undefined ? NO_SETTINGS : await carriedSettings({ options, processes, own: base.settings });
  const template = await buildTemplate(
    { maker: options, base: base?.connection, processes, settings },
    options.signal,
  );
  return { settings, template };
}

/** Undefined, with a note: it is not to be asked, since it wants certificates, or a user that we do not know. */
async function askBase({ plan, signal, onWarning }: MakerOptions, kept: KeptConnection) {
  try {
    const connection = await kept.get(signal);
    return { connection, settings: await readSettings(connection, signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    onWarning?.(`${plan.name}: its spaces have Redis' default settings: ${why}`);
    return undefined;
  }
}

/** What the service's own server is told beyond the defaults, found by comparing it with one that is told nothing. */
async function carriedSettings(given: {
  options: MakerOptions;
  processes: Processes;
  own: ServerSettings;
}): Promise<ServerSettings> {
  const { options, processes, own } = given;
  const { server, signal } = options;
  const name = `${options.prefix}d`;
  const password = newPassword();
  const plain = { ...NO_SETTINGS, modules: own.modules };
  const { port } = await processes.start(name, redisProgram({ name, password, settings: plain }), signal);
  try {
    using connection = await connectRedis({ server, port, login: { password } }, signal);
    const values = settingsBeyond(own, await readSettings(connection, signal));
    return { ...plain, values };
  } finally {
    await processes.stop(name);
  }
}

function makerOf(given: {
  options: MakerOptions;
  processes: Processes;
  template: RedisTemplate | undefined;
  settings: ServerSettings;
}): SpaceMaker {
  const { options, processes, template, settings } = given;
  const { server } = options;
  return {
    async make(name, signal) {
      signal.throwIfAborted();
      const password = newPassword();
      const { port } = await processes.start(name, redisProgram({ name, password, settings }), signal);
      if (template !== undefined) {
        try {
          using connection = await connectRedis({ server, port, login: { password } }, signal);
          await writeContent(connection, template.content, signal);
        } catch (error) {
          await Promise.allSettled([processes.stop(name)]);
          throw error;
        }
      }
      return { name, port, values: { user: "default", password, name: "0" } };
    },
    // A new process costs as much as a restarted one, and nobody from before knows its password.
    async reset(_space, signal) {
      signal.throwIfAborted();
      return false;
    },
    async drop(name, signal) {
      signal.throwIfAborted();
      await processes.stop(name);
    },
    async list(prefix, signal) {
      signal.throwIfAborted();
      return processes.names(prefix);
    },
    label: async (_name, _text, signal) => signal.throwIfAborted(),
    async size(space, signal) {
      signal.throwIfAborted();
      if (processes.find(space.name) === undefined) return undefined;
      const { port } = space;
      const { password } = space.values;
      try {
        using connection = await connectRedis({ server, port, login: { password } }, signal);
        const memory = textOf(await connection.ask(["INFO", "memory"], signal));
        const bytes = Number(/^used_memory_rss:(\d+)/m.exec(memory)?.[1]);
        return Number.isFinite(bytes) ? bytes : undefined;
      } catch (error) {
        // Its test may have changed who may ask what.
        if (signal.aborted || !isToolError(error)) throw error;
        return undefined;
      }
    },
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  };
}
