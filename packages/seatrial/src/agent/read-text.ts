import tar from "tar-stream";
import type { AgentFiles } from "./agent.ts";

/** A small file of a container as text. Fails with FILE_NOT_FOUND. */
export async function readText(
  files: Pick<AgentFiles, "get">,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const archive = await files.get(path, signal);
  const entries = tar.extract();
  archive.once("error", (error) => void entries.destroy(error));
  archive.pipe(entries);
  const chunks: Buffer[] = [];
  for await (const entry of entries) for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
