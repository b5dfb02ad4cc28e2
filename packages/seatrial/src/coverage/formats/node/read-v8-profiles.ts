import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../../model/index.ts";
import { isToolError, messageOf } from "../../../support/error.ts";
import { problemOf } from "../../../support/problem.ts";
import type { Profile } from "../../data.ts";
import { coverageError } from "../../errors.ts";
import { readText } from "../../read-text.ts";
import { createProfileBuilder } from "../profile-builder.ts";
import { addItems } from "./add-items.ts";
import { collectScripts, type KnownScripts, missingOriginal } from "./collect-scripts.ts";
import { convertScript, type IstanbulFiles } from "./convert-script.ts";
import { type IstanbulItems, itemsOf } from "./istanbul-items.ts";
import { mergeItems } from "./merge-items.ts";
import { createScriptMerge, type MergedScript } from "./merge-scripts.ts";
import { parseV8Profile } from "./parse-v8-profile.ts";
import { isOwnPath, scriptPath } from "./script-path.ts";
import { createScriptRoom } from "./script-room.ts";
import { createScriptTexts } from "./script-texts.ts";

export interface V8Folder {
  /** Where NODE_V8_COVERAGE led: JSON files. */
  profiles: string;
  /** Files of the image under their absolute paths there: scripts, source maps, sources. */
  sources?: string | undefined;
}

export interface V8ReadingOptions {
  folders: readonly V8Folder[];
  /** Where else a file of the image may be on this machine. */
  hostFile?: ((path: string) => string | undefined) | undefined;
  signal: AbortSignal;
}

export interface V8Reading {
  profile: Profile;
  /** Files that are broken, and scripts whose text or source map is missing: the others count without them. */
  problems: Problem[];
  /** How many files of profiles were read. */
  files: number;
}

/**
 * Reads what Node left in folders of NODE_V8_COVERAGE, adds up all processes, and follows source maps. The figures are those of c8: a
 * statement is a line. Files of node_modules, and what is no file, are left out. Paths are absolute ones of the image.
 */
export async function readV8Profiles(options: V8ReadingOptions): Promise<V8Reading> {
  const { folders, hostFile, signal } = options;
  const merge = createScriptMerge();
  const room = createScriptRoom();
  const problems = new Map<string, Problem>();
  const note = (problem: Problem) => void problems.set(`${problem.code} ${problem.message}`, problem);
  let count = 0;

  for (const folder of folders) {
    const texts = createScriptTexts({ sources: folder.sources, hostFile });
    const known: KnownScripts = { maps: new Map(), scripts: new Map() };
    for (const name of await profileNames(folder.profiles)) {
      signal.throwIfAborted();
      const file = path.join(folder.profiles, name);
      try {
        const profile = parseV8Profile(await readText(file), { isOwn: isOwnScript, room });
        for (const script of await collectScripts({ profile, known, texts, note })) merge.add(script);
        count += 1;
      } catch (error) {
        if (!isToolError(error)) throw error;
        note(problemOf(error, file));
      }
    }
  }

  const files = new Map<string, IstanbulItems>();
  for (const script of merge.scripts()) {
    signal.throwIfAborted();
    for (const [file, found] of Object.entries(await convert(script, note))) {
      if (!isOwnPath(file)) continue;
      const known = files.get(file);
      files.set(file, known === undefined ? itemsOf(found) : mergeItems(known, itemsOf(found)));
    }
  }
  const builder = createProfileBuilder();
  for (const [file, items] of files) addItems(builder.file(file), items);
  return { profile: builder.build(), problems: [...problems.values()], files: count };
}

function isOwnScript(url: string): boolean {
  const file = scriptPath(url);
  return file !== undefined && isOwnPath(file);
}

async function profileNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  } catch (error) {
    throw coverageError({
      code: "COVERAGE_PROFILE_UNREADABLE",
      message: `The folder of Node's profiles cannot be read: ${messageOf(error)}`,
      cause: error,
    });
  }
}

/** A script whose ranges or map make no sense costs itself, not the others. */
async function convert(script: MergedScript, note: (problem: Problem) => void): Promise<IstanbulFiles> {
  try {
    if (script.failure !== undefined) throw script.failure;
    const files = await convertScript(script);
    const missing = (script.map?.sources ?? []).filter((_, at) => script.map?.sourcesContent[at] === null);
    for (const file of missing.filter(isOwnPath)) note(missingOriginal(file, script.path));
    return Object.fromEntries(Object.entries(files).filter(([file]) => !missing.includes(file)));
  } catch (error) {
    note({
      code: "COVERAGE_PROFILE_INVALID",
      message: `What ran of ${script.path} does not fit its text or source map: ${messageOf(error)}`,
    });
    return {};
  }
}
