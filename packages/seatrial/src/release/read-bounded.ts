import { readFile, stat } from "node:fs/promises";

/** The bytes of a file that comes from elsewhere; fails when it is no file, or larger than `limit` bytes. */
export async function readBounded(options: {
  file: string;
  limit: number;
  signal: AbortSignal;
}): Promise<Buffer> {
  const { file, limit, signal } = options;
  const found = await stat(file);
  if (!found.isFile()) throw new Error("it is no file");
  if (found.size > limit) throw new Error(`it has ${found.size} bytes, more than ${limit}`);
  return await readFile(file, { signal });
}
