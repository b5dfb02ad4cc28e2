import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Agent } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import { readBytes } from "./read-bytes.ts";
import type { UnitSink } from "./unit-sink.ts";

/** A program's own scripts: more of them are left out, and said. */
export const SOURCE_LIMITS = { files: 5_000, bytes: 200_000_000, oneFile: 20_000_000 };
/** Of JSON that is read whole to see which scripts it names. */
const MOST_JSON = 256 * 1024 * 1024;
const AT_ONCE = 8;

/**
 * Takes the scripts that profiles of Node are about, and their source maps, out of the container and into `sources/`; those of
 * packages are left out. What is not there any more is no failure: its profile may still have a map in it. Gives what was left out.
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
  const queue = [...scripts].sort();
  const worker = async () => {
    for (let script = queue.shift(); script !== undefined; script = queue.shift()) {
      try {
        const content = await takeOne(script);
        const map = content === undefined ? undefined : mapOf(script, content.toString());
        if (map !== undefined) await takeOne(map);
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
  let profile: unknown;
  try {
    profile = JSON.parse(json);
  } catch {
    // Its reader says what is wrong with it.
    return [];
  }
  const result = (profile as { result?: unknown } | null)?.result;
  if (!Array.isArray(result)) return [];
  return result.flatMap((each: { url?: unknown } | null) => {
    const url = each?.url;
    if (typeof url !== "string" || !url.startsWith("file://")) return [];
    const place = placeOf(url);
    return place === undefined || !isOwn(place) ? [] : [place];
  });
}

function isOwn(place: string): boolean {
  return (
    place.startsWith("/") &&
    !place.includes("/node_modules/") &&
    !place.startsWith("/seatrial-") &&
    !/[\0\\]/.test(place) &&
    place.length < 1_000 &&
    path.posix.normalize(place) === place
  );
}

function placeOf(url: string): string | undefined {
  try {
    const address = new URL(url);
    address.search = "";
    address.hash = "";
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}

/** Where a script says that its source map is; undefined for none, and for one that is in the script itself. */
function mapOf(script: string, text: string): string | undefined {
  const [, name] = [...text.matchAll(/^\/\/[#@] ?sourceMappingURL=(\S+)\s*$/gm)].at(-1) ?? [];
  if (name === undefined || /^(data|https?):/.test(name)) return undefined;
  const place = path.posix.resolve(path.posix.dirname(script), decode(name));
  return isOwn(place) ? place : undefined;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
