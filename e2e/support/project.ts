import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TestProject extends AsyncDisposable {
  folder: string;
  write(name: string, content: string, mode?: number): Promise<void>;
}

/** What runs and registries have left in an example is no part of it. */
export const isSource = (file: string) => ![".seatrial", ".registry"].includes(path.basename(file));

/** A project in a folder of its own, from file names and contents, on top of a copy of `from`; removed when the test ends. */
export async function project(
  files: Record<string, string>,
  options: { from?: string } = {},
): Promise<TestProject> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-"));
  if (options.from !== undefined) await cp(options.from, folder, { recursive: true, filter: isSource });
  const write = async (name: string, content: string, mode = 0o644) => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content, { mode });
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  return {
    folder,
    write,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
