import path from "node:path";
import type { CoverageFormat, CoverageOutcome } from "../model/index.ts";
import { type AssessOptions, assess } from "./assess.ts";
import { checkHead } from "./changes/check-head.ts";
import type { ImageExports } from "./images/tool-image.ts";
import type { Input } from "./inputs/inputs.ts";
import { readInputs } from "./inputs/read-inputs.ts";
import { writeText } from "./reports/text.ts";
import { piecesOf, writeReports } from "./reports/write-reports.ts";

export interface ReportOptions extends AssessOptions {
  inputs: readonly Input[];
  /** Profiles of several commits are put together all the same. */
  force: boolean;
  /** Which images have the tools for profiles that nobody exported. Default: none. */
  images?: ImageExports | undefined;
  formats: readonly CoverageFormat[];
  /** Where reports are written; absent: none is. */
  into?: string | undefined;
  /** Milliseconds since 1970. Default: now. */
  time?: number;
}

export interface Reported {
  /** Names of reports are relative to `into`. */
  outcome: CoverageOutcome;
  /** All files, in 100 columns, and what did not go well. */
  text: string;
  /** A report that is one file, in parts. */
  pieces(format: Exclude<CoverageFormat, "html">): Iterable<string>;
}

/** Reads coverage from anywhere, judges it by the rules that are given, and writes reports. */
export async function reportCoverage(options: ReportOptions): Promise<Reported> {
  const { formats, into, root, signal, time = Date.now() } = options;
  const reading = await readInputs(options);
  const differs = await checkHead({ ...options, commit: reading.commit });
  const { coverage, judgements, outcome, known } = await assess({
    ...options,
    ...reading,
    problems: [...reading.problems, ...differs],
  });
  const input = { coverage, judgements, root: path.resolve(root), time };
  const reports =
    into === undefined ? {} : await writeReports({ input, formats, folder: into, known, signal });
  const problems = [...outcome.sources.flatMap((source) => source.problems), ...outcome.problems];
  return {
    outcome: { ...outcome, reports },
    text: writeText({ coverage, judgements, problems }),
    pieces: (format) => piecesOf(format, input),
  };
}
