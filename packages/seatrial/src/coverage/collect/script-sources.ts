import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Agent } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import { isOwnPath, originalPath, scriptPath } from "../formats/node/script-path.ts";
import { readBytes } from "./read-bytes.ts";
import type { UnitSink } from "./unit-sink.ts";

/** A program's own scripts: more of them are left out, and said. */
export const SOURCE_LIMITS = { files: 5_000, bytes: 200_000_000, oneFile: 20_000_000 };
/** Of JSON that is read whole to see which scripts it names. */
const MOST_JSON = 256 * 1024 * 1024;
const AT_ONCE = 8;
const LONGEST = 1_000;
const MAP_COMMENT = /^[ \t]*\/[/*][#@] ?sourceMappingURL=([^\s'"*]+)/gm;

/**
 * Takes the scripts that profiles of Node are about, their source maps, and the sources that these name and do not hold, out of the
 * container and into `sources/`; those of packages are left out. What is not there any more is no failure: its profile may still have a map in it. Gives what was left out.
 */
export async function takeScripts(options: {
  agent: Pick<Agent, "files">;
  /** The unit's folder on this machine. */
  folder: string;
  sink: UnitSink;
  limits?: typeof SOURCE_LIMITS | undefined;
  signal: AbortSignal;
}): Promise<string[]> {
  const { agent, folder, sink, limits = SOURCE_LIMITS, signal } = options;
  const profiles = sink.files.filter(({ path: name }) => name.startsWith("node/"));
  const scripts = new Set<string>();
  for (const profile of profiles) {
    if (profile.bytes > MOST_JSON) continue;
    for (const script of scriptsIn(await readFile(path.join(folder, profile.path), "utf8")))
      scripts.add(script);
    signal.throwIfAborted();
  }
  const leftOut: string[] = [];
  let bytes = 0;
  let files = 0;
  const seen = new Set<string>();
  const takeOne = async (place: string): Promise<Buffer | undefined> => {
    if (seen.has(place)) return undefined;
    seen.add(place);
    const found = await agent.files.stat(place, signal);
    if (found?.kind !== "file") return undefined;
    if (found.size > limits.oneFile || bytes + found.size > limits.bytes || files >= limits.files) {
      leftOut.push(place);
      return undefined;
    }
    bytes += found.size;
    files += 1;
    const content = await readBytes({ files: agent.files, path: place, most: limits.oneFile, signal });
    if (content !== undefined) await sink.add(`sources${place}`, content);
    return content;
  };
  const takeWithSources = async (script: string): Promise<void> => {
    const content = await takeOne(script);
    if (content === undefined) return;
    const found = mapOf(script, content.toString());
    const map = found === undefined || "json" in found ? found?.json : await takeOne(found.file);
    for (const source of map === undefined ? [] : sourcesIn(map.toString(), script)) await takeOne(source);
  };
  const queue = [...scripts].sort();
  const worker = async () => {
    for (let script = queue.shift(); script !== undefined; script = queue.shift()) {
      try {
        await takeWithSources(script);
      } catch (error) {
        signal.throwIfAborted();
        if (!isToolError(error) || error.code === "AGENT_LOST") throw error;
        leftOut.push(script);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return leftOut;
}

/** The project's own scripts that a profile names, as absolute paths. */
function scriptsIn(json: string): string[] {
  const result = (parsed(json) as { result?: unknown } | null)?.result;
  if (!Array.isArray(result)) return [];
  return result.flatMap((each: { url?: unknown } | null) => {
    const url = each?.url;
    const place = typeof url === "string" ? scriptPath(url) : undefined;
    return place === undefined || !isWanted(place) ? [] : [place];
  });
}

function isWanted(place: string): boolean {
  const plain = place.startsWith("/") && path.posix.normalize(place) === place && !/[\0\\]/.test(place);
  return plain && place.length < LONGEST && isOwnPath(place);
}

/** Where a script says that its source map is: in a file, or in the script itself. */
function mapOf(script: string, text: string): { file: string } | { json: string } | undefined {
  const [, name] = [...text.matchAll(MAP_COMMENT)].at(-1) ?? [];
  if (name === undefined || /^https?:/.test(name)) return undefined;
  const [, inline] = /^data:application\/json[^,]*;base64,(.*)$/.exec(name) ?? [];
  if (inline !== undefined) return { json: Buffer.from(inline, "base64").toString() };
  const place = path.posix.resolve(path.posix.dirname(script), decoded(name));
  return isWanted(place) ? { file: place } : undefined;
}

/** The sources that a map names and does not hold. */
function sourcesIn(json: string, script: string): string[] {
  const map = parsed(json) as { sources?: unknown; sourcesContent?: unknown; sourceRoot?: unknown } | null;
  if (!Array.isArray(map?.sources)) return [];
  const contents: unknown[] = Array.isArray(map.sourcesContent) ? map.sourcesContent : [];
  const sourceRoot = typeof map.sourceRoot === "string" ? map.sourceRoot : "";
  return map.sources.flatMap((source: unknown, at) => {
    if (typeof source !== "string" || typeof contents[at] === "string") return [];
    const place = placeOf({ source, sourceRoot, script });
    return place !== undefined && isWanted(place) ? [place] : [];
  });
}

function placeOf(options: Parameters<typeof originalPath>[0]): string | undefined {
  try {
    return originalPath(options);
  } catch {
    // A URL of no file.
    return undefined;
  }
}

/** Undefined for what is no JSON: its reader says what is wrong with it. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
