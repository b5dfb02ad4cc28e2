import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { coverageError } from "../errors.ts";
import type { ImageExports } from "../images/tool-image.ts";
import type { Input } from "../inputs/inputs.ts";
import { sortInputs } from "../inputs/inputs.ts";
import { nothingIn, readReportFile } from "../inputs/read-inputs.ts";
import { collectUnits } from "../units/collect-units.ts";
import { temporaryFolder } from "../units/temporary-folder.ts";
import { unitName } from "../units/unit-name.ts";
import { completeUnit } from "./complete-unit.ts";
import { type MergeSource, mergeSource } from "./merge-source.ts";
import { writeAllGo } from "./write-all-go.ts";

export interface MergeOptions {
  inputs: readonly Input[];
  /** Where the new units are put: `<source>/merged/1/`. */
  into: string;
  /** A file for all of Go's profiles together, as `go tool covdata textfmt` writes it. */
  goText?: string | undefined;
  /** Make one program of all Go programs of a source. */
  combine: boolean;
  /** Units of several commits are put together all the same. */
  force: boolean;
  /** Which images have the tools for profiles that nobody exported. Default: none. */
  images?: ImageExports | undefined;
  /** Milliseconds since 1970. */
  time: number;
  signal: AbortSignal;
}

export interface Merged {
  /** By name; folders are absolute. */
  sources: { name: string; folder: string; files: number }[];
  problems: Problem[];
}

/** Makes one unit of all units and reports of each source. Fails with COVERAGE_NOT_WRITTEN where a unit is already in its place. */
export async function mergeCoverage(options: MergeOptions): Promise<Merged> {
  const { inputs, into, goText, signal } = options;
  const sorted = await sortInputs(inputs);
  const collected = await collectUnits({ ...options, folders: sorted.units });
  const sources = new Map<string, MergeSource>(
    collected.sources.map((each) => [each.name, withNothing(each)]),
  );
  const of = (name: string) => {
    const known = sources.get(name) ?? withNothing({ name, units: [] });
    sources.set(name, known);
    return known;
  };
  for (const { folder, source } of sorted.go) of(source).goFolders.push(folder);
  for (const { file, source } of sorted.reports) of(source).profiles.push(await readReportFile(file));
  if (sources.size === 0) throw nothingIn(inputs);
  await using temporary = temporaryFolder();
  const merged: Merged = {
    sources: [],
    problems: [...collected.problems, ...collected.sources.flatMap((each) => each.problems)],
  };
  const goFolders: string[] = [];
  for (const [name, source] of sources) {
    const folder = path.resolve(into, unitName(name), "merged", "1");
    const written = await attempt(folder, async () => {
      await checkEmpty(folder);
      const result = await mergeSource({
        source,
        folder,
        combineGo: options.combine,
        temporary: temporary.path,
        signal,
      });
      const files = await completeUnit({ ...options, source, folder, problems: result.problems });
      return { ...result, files };
    });
    goFolders.push(...written.goFolders);
    merged.problems.push(...written.problems);
    merged.sources.push({ name, folder, files: written.files });
  }
  if (goText !== undefined) {
    const texts = [...sources.values()].flatMap(({ profiles }) =>
      profiles.filter(({ names }) => names === "go"),
    );
    await writeAllGo({ folders: goFolders, texts, output: path.resolve(goText), signal });
  }
  return merged;
}

function withNothing({ name, units }: Pick<MergeSource, "name" | "units">): MergeSource {
  return { name, units, goFolders: [], profiles: [] };
}

async function checkEmpty(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) === undefined) return;
  const [first] = await readdir(folder);
  if (first === undefined) return;
  throw coverageError({
    code: "COVERAGE_NOT_WRITTEN",
    message: `${folder} has ${first} already: what is merged into it would be counted twice.`,
    hint: "Name another folder with --into, or remove that one first.",
  });
}

async function attempt<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // What the file system says; anything else is an error of ours, or a bug.
    if (isToolError(cause) || (cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw coverageError({
      code: "COVERAGE_NOT_WRITTEN",
      message: `Merged profiles cannot be written to ${folder}: ${messageOf(cause)}`,
      hint: "Name a folder that may be written to.",
      cause,
    });
  }
}
