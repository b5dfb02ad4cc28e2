import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** A unit of coverage that a run left, as far as these tests look into it. See protocol/coverage-unit.md. */
export interface Unit {
  folder: string;
  service: string;
  source: string;
  exit?: { code: number | null; signal: string | null };
  /** Paths below its folder. */
  files: string[];
  problems: { code: string }[];
}

/** All units below a folder, by their place. */
export async function unitsIn(folder: string): Promise<Unit[]> {
  const manifests = (await readdir(folder, { recursive: true }))
    .filter((file) => path.basename(file) === "manifest.json")
    .sort();
  return await Promise.all(
    manifests.map(async (file) => {
      const { source, service, exit, files, problems } = JSON.parse(
        await readFile(path.join(folder, file), "utf8"),
      );
      return {
        folder: path.dirname(path.join(folder, file)),
        service,
        source: source ?? service,
        exit,
        files: files.map((each: { path: string }) => each.path),
        problems,
      };
    }),
  );
}
