import type { JsonReading } from "../json.ts";

export interface Region {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
  hits: number;
  /** Which of the function's files it is in: a macro's expansion has one of its own. */
  file: number;
  /** Which file an expansion leads to. */
  expandsTo: number;
  kind: "code" | "expansion" | "other";
}

/** A condition: how often it was true, and how often false. */
export interface Branch extends Region {
  falseHits: number;
}

export interface LlvmFunction {
  name: string;
  hits: number;
  files: string[];
  regions: Region[];
  branches: Branch[];
}

const KINDS: ReadonlyMap<unknown, Region["kind"]> = new Map([
  [0, "code"],
  [1, "expansion"],
]);

export function readFunction(reading: JsonReading, value: unknown, place: string): LlvmFunction {
  const found = reading.record(value, place);
  const list = (key: string) => {
    const all = found[key] === undefined && key === "branches" ? [] : found[key];
    return reading.list(all, `${place}.${key}`).map((one, at) => ({ one, at: `${place}.${key}[${at}]` }));
  };
  return {
    name: reading.text(found.name, `${place}.name`),
    hits: reading.hits(found.count, `${place}.count`),
    files: list("filenames").map(({ one, at }) => reading.text(one, at)),
    regions: list("regions").map(({ one, at }) => readRegion(reading, reading.list(one, at), at)),
    branches: list("branches").map(({ one, at }) => readBranch(reading, reading.list(one, at), at)),
  };
}

function readRegion(reading: JsonReading, fields: readonly unknown[], place: string): Region {
  const [startLine, startColumn, endLine, endColumn, count, file, expandsTo, kind] = fields;
  return {
    startLine: reading.line(startLine, place),
    startColumn: reading.hits(startColumn, place),
    endLine: reading.line(endLine, place),
    endColumn: reading.hits(endColumn, place),
    hits: reading.hits(count, place),
    file: reading.hits(file, place),
    expandsTo: reading.hits(expandsTo, place),
    kind: KINDS.get(kind) ?? "other",
  };
}

/** A region with one more count, before that of its file. */
function readBranch(reading: JsonReading, fields: readonly unknown[], place: string): Branch {
  const region = readRegion(reading, [...fields.slice(0, 5), ...fields.slice(6)], place);
  return { ...region, falseHits: reading.hits(fields[5], place) };
}
