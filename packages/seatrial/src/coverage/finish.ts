import path from "node:path";
import type { CoverageFormat, CoverageOutcome } from "../model/index.ts";
import { type AssessOptions, assess } from "./assess.ts";
import { READERS } from "./formats/readers.ts";
import { writeText } from "./reports/text.ts";
import { writeReports } from "./reports/write-reports.ts";
import { readUnits } from "./units/read-units.ts";
import type { Readers } from "./units/readers.ts";

export interface FinishOptions extends AssessOptions {
  /** The run's folder: reports go into `coverage/` there. */
  folder: string;
  /** Where the units are. */
  units: string;
  formats: readonly CoverageFormat[];
  /** Default: those of all languages. */
  readers?: Readers;
  /** Milliseconds since 1970. Default: now. */
  time?: number;
}

/** More files than this are no news at the end of a run; the reports have all. */
const MOST_FILES = 20;

/**
 * Reads the units of a run, judges what they cover and writes the reports. `text` is for a terminal: in 100 columns, the files that lack
 * most. A judgement that fails is no error; changes that git does not tell, and a folder that cannot be written, are.
 */
export async function finishCoverage(options: FinishOptions): Promise<CoverageOutcome & { text: string }> {
  const { folder, units, formats, root, signal, time = Date.now() } = options;
  const reading = await readUnits({
    folders: [{ folder: units }],
    readers: options.readers ?? READERS,
    signal,
  });
  const { coverage, judgements, outcome, known } = await assess({ ...options, ...reading });
  const input = { coverage, judgements, root: path.resolve(root), time };
  const written = await writeReports({
    input,
    formats,
    folder: path.join(folder, "coverage"),
    known,
    signal,
  });
  const reports = Object.fromEntries(
    Object.entries(written).map(([name, file]) => [name, `coverage/${file}`]),
  );
  const problems = [...outcome.sources.flatMap((source) => source.problems), ...outcome.problems];
  return { ...outcome, reports, text: writeText({ coverage, judgements, problems, most: MOST_FILES }) };
}
