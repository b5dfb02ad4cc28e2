import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { Engine } from "../engine/index.ts";
import { agentError } from "./errors.ts";
import { AGENT_FOLDER, type Holder } from "./holder.ts";

/** The id of the engine's image with nothing but the agent, which is made if missing. */
export async function ensureAgentImage(options: {
  engine: Engine;
  holder: Holder;
  binary: Buffer;
  signal: AbortSignal;
}): Promise<string> {
  const { engine, holder, signal } = options;
  const known = await engine.images.inspect(holder.image, signal);
  if (known !== undefined) return known.id;
  const tar = Readable.from([await agentTar(options.binary)]);
  await engine.images.load(tar, { reference: holder.image, labels: holder.labels, signal });
  const loaded = await engine.images.inspect(holder.image, signal);
  if (loaded !== undefined) return loaded.id;
  throw agentError({
    code: "AGENT_NOT_INSTALLED",
    message: `the engine took the agent's image but does not hold ${holder.image}`,
  });
}

async function agentTar(binary: Buffer): Promise<Buffer> {
  const tar = pack();
  // Always the same bytes, so that the same agent is the same image.
  const entry = { mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) };
  tar.entry({ ...entry, name: `${AGENT_FOLDER.slice(1)}/`, type: "directory" });
  tar.entry({ ...entry, name: `${AGENT_FOLDER.slice(1)}/agent` }, binary);
  tar.finalize();
  return await buffer(tar);
}
