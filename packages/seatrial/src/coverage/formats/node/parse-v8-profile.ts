import type { Profiler } from "node:inspector";
import { type JsonReading, readJson } from "../json.ts";
import type { ScriptRoom } from "./script-room.ts";

export type ScriptFunctions = Profiler.FunctionCoverage[];

/** One file that Node wrote for a process, a worker, or a call of `v8.takeCoverage`. */
export interface V8Profile {
  scripts: { url: string; functions: ScriptFunctions }[];
  /** What Node knew of source maps when it wrote the file, by the script's URL. */
  maps: Map<string, CachedMap>;
}

export interface CachedMap {
  /** Lengths of the lines that ran, where a map is about them: they may be no file's, when a loader translated it. */
  lineLengths: number[] | undefined;
  map: Record<string, unknown> | undefined;
}

const LARGEST_OFFSET = 2 ** 31;

/**
 * Reads a JSON file of NODE_V8_COVERAGE; `isOwn` chooses scripts by URL, the others are not even checked. What its line lengths make is
 * taken from `room`.
 */
export function parseV8Profile(
  text: string,
  { isOwn, room }: { isOwn: (url: string) => boolean; room: ScriptRoom },
): V8Profile {
  const reading = readJson("NODE_V8_COVERAGE", text);
  const root = reading.record(reading.root, "the document");
  const scripts: V8Profile["scripts"] = [];
  for (const [at, value] of reading.list(root.result, "result").entries()) {
    const script = reading.record(value, `result[${at}]`);
    const url = reading.text(script.url, `result[${at}].url`);
    if (isOwn(url))
      scripts.push({ url, functions: readFunctions(reading, script.functions, `result[${at}].functions`) });
  }
  const maps = new Map<string, CachedMap>();
  const cache = root["source-map-cache"] ?? {};
  for (const [url, value] of Object.entries(reading.record(cache, "source-map-cache")))
    if (isOwn(url)) maps.set(url, readMap(reading, value, `source-map-cache.${JSON.stringify(url)}`));
  const characters = [...maps.values()].reduce((sum, map) => sum + charactersOf(map), 0);
  room.grow(text.length);
  if (!room.take(characters)) {
    const size = `${Math.round(characters / 1024 / 1024)} MiB`;
    throw reading.fail(
      "source-map-cache",
      `its lineLengths make scripts of ${size}, and it has ${text.length} bytes`,
    );
  }
  return { scripts, maps };
}

function readFunctions(reading: JsonReading, value: unknown, place: string): ScriptFunctions {
  return reading.list(value, place).map((one, index) => {
    const at = `${place}[${index}]`;
    const found = reading.record(one, at);
    const ranges = reading.list(found.ranges, `${at}.ranges`).map((range) => readRange(reading, range, at));
    if (ranges.length === 0) throw reading.fail(at, "a function without ranges");
    return {
      functionName: reading.text(found.functionName, `${at}.functionName`),
      isBlockCoverage: found.isBlockCoverage === true,
      ranges,
    };
  });
}

function readRange(reading: JsonReading, value: unknown, place: string): Profiler.CoverageRange {
  const { startOffset, endOffset, count } = reading.record(value, `${place}.ranges`);
  const isOffset = (offset: unknown): offset is number =>
    typeof offset === "number" && Number.isInteger(offset) && offset >= 0 && offset < LARGEST_OFFSET;
  if (!isOffset(startOffset) || !isOffset(endOffset) || endOffset < startOffset)
    throw reading.fail(place, "a range that is none");
  return { startOffset, endOffset, count: reading.hits(count, place) };
}

function readMap(reading: JsonReading, value: unknown, place: string): CachedMap {
  const { data, lineLengths } = reading.record(value, place);
  if (typeof data !== "object" || data === null || Array.isArray(data))
    return { lineLengths: undefined, map: undefined };
  const here = `${place}.lineLengths`;
  const lengths =
    lineLengths === undefined || lineLengths === null
      ? undefined
      : reading.list(lineLengths, here).map((length) => reading.hits(length, here));
  return { lineLengths: lengths, map: data as Record<string, unknown> };
}

/** A line ends with one more. */
function charactersOf({ lineLengths = [] }: CachedMap): number {
  return lineLengths.reduce((sum, length) => sum + length + 1, 0);
}
