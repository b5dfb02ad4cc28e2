import type { Problem } from "../../../model/index.ts";
import { messageOf } from "../../../support/error.ts";
import { type RanScript, type ScriptOfRuns, scriptKey } from "./merge-scripts.ts";
import type { CachedMap, V8Profile } from "./parse-v8-profile.ts";
import { scriptPath } from "./script-path.ts";
import type { ScriptTexts } from "./script-texts.ts";
import { findSourceMap, type ResolvedMap } from "./source-map.ts";

/** What is known of the scripts of one image, by their URLs. */
export interface KnownScripts {
  /** What processes knew of source maps. */
  maps: Map<string, CachedMap>;
  /** Those that were looked for already; undefined: their text is missing. */
  scripts: Map<string, RanScript | undefined>;
}

/** The scripts of one process, each with what it needs to be understood. Those whose text is missing are noted and left out. */
export async function collectScripts(options: {
  profile: V8Profile;
  /** Of the same image; what this profile tells is added. */
  known: KnownScripts;
  texts: ScriptTexts;
  note: (problem: Problem) => void;
}): Promise<ScriptOfRuns[]> {
  const { profile, known } = options;
  for (const [url, map] of profile.maps) {
    known.maps.set(url, map);
    known.scripts.delete(url);
  }
  const scripts: ScriptOfRuns[] = [];
  for (const { url, functions } of profile.scripts) {
    const path = scriptPath(url);
    if (path === undefined) continue;
    if (!known.scripts.has(url))
      known.scripts.set(url, await findScript({ ...options, path, cached: known.maps.get(url) }));
    const script = known.scripts.get(url);
    if (script !== undefined) scripts.push({ ...script, functions });
  }
  return scripts;
}

async function findScript(options: {
  path: string;
  cached: CachedMap | undefined;
  texts: ScriptTexts;
  note: (problem: Problem) => void;
}): Promise<RanScript | undefined> {
  const { path, cached, texts, note } = options;
  const text = textOfLengths(cached) ?? (await texts(path));
  if (text === undefined) {
    note(missingScript(path));
    return undefined;
  }
  const map = await mapOf({ path, text, cached, texts, note });
  return { path, text, map, key: scriptKey({ path, text, map }) };
}

async function mapOf(options: {
  path: string;
  text: string;
  cached: CachedMap | undefined;
  texts: ScriptTexts;
  note: (problem: Problem) => void;
}): Promise<ResolvedMap | undefined> {
  const { path, text, cached, texts, note } = options;
  try {
    return await findSourceMap({ script: path, text, cached, texts });
  } catch (error) {
    note({
      code: "COVERAGE_SOURCE_MAP_INVALID",
      message: `${path} counts as it ran, not as it was written: ${messageOf(error)}`,
      hint: "Keep source maps beside the scripts in the image, or inside them.",
    });
    return undefined;
  }
}

/** What a loader translated is in no file: lines of the same lengths stand for it, which is all that offsets need. */
function textOfLengths(cached: CachedMap | undefined): string | undefined {
  if (cached?.map === undefined || cached.lineLengths === undefined) return undefined;
  return cached.lineLengths.map((length) => `${".".repeat(length)}\n`).join("");
}

function missingScript(path: string): Problem {
  return {
    code: "COVERAGE_SCRIPT_MISSING",
    message: `The text of ${path} is not among the sources of its unit: what ran in it is not counted`,
    hint: "Coverage of Node is in offsets of the text that ran. Map the image's folder to the project's with coverage.paths.",
  };
}

export function missingOriginal(path: string, script: string): Problem {
  return {
    code: "COVERAGE_SCRIPT_MISSING",
    message: `The text of ${path}, which ${script} was made from, is neither in its source map nor among the sources of its unit: it is not counted`,
    hint: "Let the bundler or compiler put sources into source maps (sourcesContent, inlineSources).",
  };
}
