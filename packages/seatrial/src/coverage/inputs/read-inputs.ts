import { readFile } from "node:fs/promises";
import { messageOf } from "../../support/error.ts";
import { coverageError } from "../errors.ts";
import { READERS } from "../formats/readers.ts";
import type { ImageExports } from "../images/tool-image.ts";
import { readReport } from "../units/read-report.ts";
import type { ReadProfile } from "../units/read-source.ts";
import { readUnits, type SourceReading, type UnitsReading } from "../units/read-units.ts";
import { type Input, sortInputs } from "./inputs.ts";

/**
 * Reads all that inputs have, by source. Fails with COVERAGE_NOT_FOUND where there is nothing at all, with COVERAGE_COMMITS_DIFFER like
 * `readUnits`, and with the error of a report that somebody named and that cannot be read.
 */
export async function readInputs(options: {
  inputs: readonly Input[];
  force: boolean;
  /** See `collectUnits`. */
  images?: ImageExports | undefined;
  signal: AbortSignal;
}): Promise<UnitsReading> {
  const { inputs, images, signal, force } = options;
  const sorted = await sortInputs(inputs);
  const readers = READERS;
  const sources = new Map<string, SourceReading>();
  const add = (reading: SourceReading) => {
    const { name } = reading;
    const known = sources.get(name) ?? { name, profiles: [], count: 0, problems: [], silent: [] };
    known.profiles.push(...reading.profiles);
    known.count += reading.count;
    known.problems.push(...reading.problems);
    known.silent.push(...reading.silent);
    sources.set(name, known);
  };
  const units = await readUnits({ folders: sorted.units, readers, force, images, signal });
  units.sources.forEach(add);
  for (const { folder, source } of sorted.go) {
    const { profile, modules, problems, files } = await readers.go({ folders: [folder], signal });
    const read = { profile, names: "go", workingDir: "", modules } as const;
    add({
      name: source,
      profiles: [read],
      count: files,
      problems: problems.map((each) => ({ ...each, subject: source })),
      silent: [],
    });
  }
  for (const { file, source } of sorted.reports) {
    add({ name: source, profiles: [await readReportFile(file)], count: 1, problems: [], silent: [] });
  }
  if (sources.size === 0) throw nothingIn(inputs);
  return { ...units, sources: [...sources.values()] };
}

/** A report that is in no unit. */
export async function readReportFile(file: string): Promise<ReadProfile> {
  const read = readReport({ text: await textOf(file), place: file, readers: READERS });
  return { ...read, workingDir: "", modules: [] };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw coverageError({
      code: "COVERAGE_INPUT_INVALID",
      message: `${file} cannot be read: ${messageOf(cause)}`,
      cause,
    });
  }
}

/** There was nothing to read in any of these. */
export function nothingIn(inputs: readonly Input[]) {
  const places = inputs.map((input) => input.path).join(", ");
  return coverageError({
    code: "COVERAGE_NOT_FOUND",
    message: places === "" ? "There is no coverage here." : `There is no coverage in ${places}.`,
    hint: "Run suites with a coverage section in seatrial.yaml, fetch units with `seatrial coverage pull`, or name reports.",
  });
}
