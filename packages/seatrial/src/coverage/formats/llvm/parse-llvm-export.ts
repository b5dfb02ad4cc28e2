import type { Profile } from "../../data.ts";
import { type JsonReading, readJson } from "../json.ts";
import { createProfileBuilder, type FileBuilder } from "../profile-builder.ts";
import { withSlashes } from "../slashes.ts";
import { addGroup, type LlvmFile } from "./add-group.ts";
import { dropFolded } from "./drop-folded.ts";
import { groupFunctions } from "./group-functions.ts";
import { linesOfSegments } from "./lines-of-segments.ts";
import { readFunction } from "./read-function.ts";
import { readSegment } from "./read-segment.ts";

/** What a report that covers a few long functions may still have beyond its own length. */
const ALWAYS_ALLOWED = 1_000_000;

/**
 * Reads what `llvm-cov export` writes as JSON (its format 2 and 3: LLVM 12 and later). Statements are LLVM's code regions; regions,
 * branches and functions are counted as LLVM counts them, of the instantiations of one function the most that one of them reached.
 * Lines are those of `llvm-cov show`; LLVM's own total of lines has a line twice that two functions share, a closure on its line say.
 */
export function parseLlvmExport(json: string): Profile {
  const reading = readJson("llvm-cov", json);
  const builder = createProfileBuilder();
  const budget = { lines: ALWAYS_ALLOWED + json.length };
  const root = reading.record(reading.root, "the document");
  for (const [at, value] of reading.list(root.data, "data").entries()) {
    const place = `data[${at}]`;
    const data = reading.record(value, place);
    const files = new Map<string, LlvmFile & { branches: number | undefined }>();
    for (const [index, one] of reading.list(data.files, `${place}.files`).entries()) {
      const here = `${place}.files[${index}]`;
      const found = reading.record(one, here);
      const name = reading.text(found.filename, `${here}.filename`);
      const file = builder.file(withSlashes(name));
      files.set(name, { file, arms: [], branches: countedBranches(reading, found.summary) });
      addLines({ reading, target: file, segments: found.segments, place: `${here}.segments`, budget });
    }
    // Left out with --skip-functions: then lines are all there is.
    if (data.functions !== undefined) addFunctions({ reading, functions: data.functions, files, place });
    for (const { file, arms, branches } of files.values())
      for (const { width: _, ...arm } of dropFolded(arms, branches)) file.branch(arm);
  }
  return builder.build();
}

/** How many branches LLVM itself counts in a file. */
function countedBranches(reading: JsonReading, summary: unknown): number | undefined {
  if (summary === undefined) return undefined;
  const { branches } = reading.record(summary, "summary");
  if (branches === undefined) return undefined;
  const { count } = reading.record(branches, "summary.branches");
  return reading.hits(count, "summary.branches.count");
}

function addLines(options: {
  reading: JsonReading;
  target: FileBuilder;
  segments: unknown;
  place: string;
  budget: { lines: number };
}): void {
  const { reading, target, place, budget } = options;
  const segments = reading
    .list(options.segments, place)
    .map((value, at) => readSegment(reading, value, `${place}[${at}]`));
  if (segments.some(({ line }, at) => line < (segments[at - 1]?.line ?? 0)))
    throw reading.fail(place, "segments out of order");
  for (const { line, hits } of linesOfSegments(segments)) {
    budget.lines -= 1;
    if (budget.lines < 0) throw reading.fail(place, "more lines than a report of this length can have");
    target.line(line, hits);
  }
}

function addFunctions(options: {
  reading: JsonReading;
  functions: unknown;
  files: ReadonlyMap<string, LlvmFile>;
  place: string;
}): void {
  const { reading, files, place } = options;
  const functions = reading
    .list(options.functions, `${place}.functions`)
    .map((value, at) => readFunction(reading, value, `${place}.functions[${at}]`));
  for (const group of groupFunctions(functions)) {
    const file = files.get(group.file);
    if (file !== undefined) addGroup(group, file);
  }
}
