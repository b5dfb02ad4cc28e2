import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder with these files, gone when it is disposed of. Scripts (`#!…`) can be run. */
export async function createFolder(
  files: Record<string, string>,
): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-test-"));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
  }
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true }),
  };
}
