import { readFile } from "node:fs/promises";
import path from "node:path";

/** Texts of an image's files, by their absolute paths there. Undefined for what is not at hand. */
export type ScriptTexts = (file: string) => Promise<string | undefined>;

export interface ScriptPlaces {
  /** A folder that holds files of the image under their paths there. */
  sources: string | undefined;
  /** Where else a file of the image may be on this machine. */
  hostFile: ((path: string) => string | undefined) | undefined;
}

/** Looks among a unit's sources first: they are what ran. Each file is read once. */
export function createScriptTexts({ sources, hostFile }: ScriptPlaces): ScriptTexts {
  const known = new Map<string, Promise<string | undefined>>();
  async function find(file: string): Promise<string | undefined> {
    const kept = sources === undefined ? undefined : await readIfThere(path.join(sources, file));
    if (kept !== undefined) return kept;
    const host = hostFile?.(file);
    return host === undefined ? undefined : await readIfThere(host);
  }
  return (file) => {
    const text = known.get(file) ?? find(file);
    known.set(file, text);
    return text;
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    // Missing, a folder or not readable: for coverage it is not there.
    return undefined;
  }
}
