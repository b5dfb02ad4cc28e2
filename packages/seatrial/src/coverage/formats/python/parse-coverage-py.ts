import type { Profile } from "../../data.ts";
import { type JsonReading, readJson } from "../json.ts";
import { createProfileBuilder, type FileBuilder } from "../profile-builder.ts";
import { withSlashes } from "../slashes.ts";

/**
 * Reads what `coverage json` writes, of coverage.py 5 and later. A statement is a line, as coverage.py counts them, so that the percentage
 * of statements is coverage.py's own. With branches measured, coverage.py quotes (covered statements + covered branches) of (statements +
 * branches): both counts are here. Branches need 6.5, functions 7.6. It tells whether, never how often: hits are 0 or 1.
 */
export function parseCoveragePy(json: string): Profile {
  const reading = readJson("coverage.py", json);
  const builder = createProfileBuilder();
  const files = reading.record(reading.record(reading.root, "the document").files, "files");
  for (const [path, value] of Object.entries(files)) {
    const place = `files.${JSON.stringify(path)}`;
    const found = reading.record(value, place);
    const file = builder.file(withSlashes(path));
    for (const line of linesOf({ reading, found, place, key: "executed_lines" })) addLine(file, line, 1);
    for (const line of linesOf({ reading, found, place, key: "missing_lines" })) addLine(file, line, 0);
    addBranches({ reading, found, place, key: "executed_branches", file, hits: 1 });
    addBranches({ reading, found, place, key: "missing_branches", file, hits: 0 });
    if (found.functions !== undefined) addFunctions({ reading, found, place, file });
  }
  return builder.build();
}

interface Part {
  reading: JsonReading;
  found: Record<string, unknown>;
  place: string;
  key: string;
}

function addLine(file: FileBuilder, line: number, hits: number): void {
  file.line(line, hits);
  file.statement({
    startLine: line,
    startColumn: 1,
    endLine: line + 1,
    endColumn: 1,
    weight: 1,
    hits,
  });
}

function linesOf({ reading, found, place, key }: Part): number[] {
  return reading
    .list(found[key], `${place}.${key}`)
    .map((line, at) => reading.line(line, `${place}.${key}[${at}]`));
}

function addBranches(options: Part & { file: FileBuilder; hits: number }): void {
  const { reading, found, place, key, file, hits } = options;
  if (found[key] === undefined) return;
  for (const [at, value] of reading.list(found[key], `${place}.${key}`).entries()) {
    const here = `${place}.${key}[${at}]`;
    const [from, to] = reading.list(value, here);
    file.branch({ line: reading.line(from, here), block: 0, arm: armTo(reading, to, here), hits });
  }
}

/** An arm by where it goes, the same in every profile: to a line (even numbers), or out of the code that began at one (odd). */
function armTo(reading: JsonReading, to: unknown, place: string): number {
  return typeof to === "number" && to < 0 ? 2 * reading.line(-to, place) + 1 : 2 * reading.line(to, place);
}

/** Functions by the lines of their bodies. The one without a name is the module itself. */
function addFunctions(options: Omit<Part, "key"> & { file: FileBuilder }): void {
  const { reading, found, place, file } = options;
  const functions = reading.record(found.functions, `${place}.functions`);
  for (const [name, value] of Object.entries(functions)) {
    if (name === "") continue;
    const here = `${place}.functions.${JSON.stringify(name)}`;
    const own = { reading, found: reading.record(value, here), place: here };
    const executed = linesOf({ ...own, key: "executed_lines" });
    const missing = linesOf({ ...own, key: "missing_lines" });
    if (executed.length + missing.length === 0) continue;
    const start = own.found.start_line;
    const line =
      start === undefined
        ? [...executed, ...missing].reduce((least, one) => Math.min(least, one))
        : reading.line(start, `${here}.start_line`);
    file.function({ name, line, hits: executed.length > 0 ? 1 : 0 });
  }
}
