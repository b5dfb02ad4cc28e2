import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { createProcesses } from "../processes/index.ts";
import { readSettings, removeFolder } from "./base.ts";
import { CONFIG_FOLDER, processConfig, storeFolder } from "./config.ts";
import { newPassword } from "./password.ts";
import { natsProgram } from "./program.ts";

/** Spaces that are a server process each, in the service's container. */
export async function openProcessMaker(options: MakerOptions): Promise<SpaceMaker> {
  const { server, prefix, signal, onLost = () => undefined } = options;
  signal.throwIfAborted();
  const settings = await readSettings(options);
  const config = `${CONFIG_FOLDER}/${prefix}process.conf`;
  await server.writeFile({ path: config, content: processConfig(settings), mode: 0o644 }, signal);
  const processes = createProcesses({ server, onLost });
  const stores = new Set<string>();

  async function drop(name: string): Promise<void> {
    await processes.stop(name);
    if (stores.delete(name)) await removeFolder(options, storeFolder(name));
  }

  return {
    async make(name, signal) {
      signal.throwIfAborted();
      const account = { user: name, password: newPassword() };
      if (settings.jetStream) stores.add(name);
      const program = natsProgram({ config, account, store: storeFolder(name) });
      const { port } = await processes.start(name, program, signal);
      return { name, port, values: { ...account, name } };
    },
    // A new process costs as much as a restarted one, and nobody from before knows its password.
    async reset(_space, signal) {
      signal.throwIfAborted();
      return false;
    },
    async drop(name, signal) {
      signal.throwIfAborted();
      await drop(name);
    },
    async list(prefix, signal) {
      signal.throwIfAborted();
      return processes.names(prefix);
    },
    label: async (_name, _text, signal) => signal.throwIfAborted(),
    async size(_space, signal) {
      signal.throwIfAborted();
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]();
      if (settings.jetStream)
        await Promise.all([...stores].map((name) => removeFolder(options, storeFolder(name))));
    },
  };
}
