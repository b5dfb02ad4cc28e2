import { isToolError } from "../../support/error.ts";
import type { UnitsOfSource } from "./collect-units.ts";
import { nodeFolders, type ReadProfile } from "./read-source.ts";
import type { Readers } from "./readers.ts";

/**
 * What one report of the raw profiles of all sources would say, of Node, whose ways out of branches have names only where their counts
 * differ: those that sources have alone cannot be added up. Undefined where fewer than two sources have any, or they make no sense together.
 */
export async function readTogether(options: {
  sources: readonly UnitsOfSource[];
  readers: Readers;
  temporary: () => Promise<string>;
  signal: AbortSignal;
}): Promise<ReadProfile | undefined> {
  const { sources, readers, temporary, signal } = options;
  const folders: string[][] = [];
  for (const { units } of sources) folders.push(await nodeFolders(units, temporary));
  if (folders.filter((each) => each.length > 0).length < 2) return undefined;
  try {
    // What is wrong with any of them, its source tells.
    const { profile } = await readers.node({ folders: folders.flat(), signal });
    return { profile, names: "files", workingDir: "", modules: [], raw: "node" };
  } catch (error) {
    signal.throwIfAborted();
    if (!isToolError(error)) throw error;
    return undefined;
  }
}
