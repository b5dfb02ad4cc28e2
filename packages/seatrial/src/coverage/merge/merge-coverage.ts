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
import { type MergeSource, mergeSource } from "./merge-source.ts";
import { mergedIdentity } from "./merged-identity.ts";
import { writeAllGo } from "./write-all-go.ts";

export interface MergeOptions {
  inputs: readonly Input[];
  /** Where the new units are put: `<source>/merged/1/` and so on. */
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
  /** By name; folders are absolute, and have all units of the source. */
  sources: { name: string; folder: string; files: number }[];
  problems: Problem[];
}

/**
 * Puts all units and reports of each source into one folder, with Go's profiles made one. Fails with COVERAGE_NOT_WRITTEN where there are
 * units in its place already.
 */
export async function mergeCoverage(options: MergeOptions): Promise<Merged> {
  const { inputs, into, goText, signal } = options;
  const sorted = await sortInputs(inputs);
  const collected = await collectUnits({ ...options, folders: sorted.units });
  const sources = new Map<string, MergeSource>(
    collected.sources.map((each) => [each.name, { ...each, goFolders: [], reports: [] }]),
  );
  const of = (name: string) => {
    const known = sources.get(name) ?? { name, units: [], goFolders: [], reports: [], problems: [] };
    sources.set(name, known);
    return known;
  };
  for (const { folder, source } of sorted.go) of(source).goFolders.push(folder);
  for (const { file, source } of sorted.reports)
    of(source).reports.push({ file, read: await readReportFile(file) });
  if (sources.size === 0) throw nothingIn(inputs);
  await using temporary = temporaryFolder();
  const merged: Merged = { sources: [], problems: [...collected.problems] };
  const goFolders: string[] = [];
  for (const [name, source] of sources) {
    const folder = path.resolve(into, unitName(name), "merged");
    const identity = mergedIdentity(
      name,
      source.units.map((unit) => unit.manifest),
    );
    const written = await attempt(folder, async () => {
      await checkEmpty(folder);
      return await mergeSource({
        ...options,
        source,
        folder,
        identity,
        combineGo: options.combine,
        temporary: temporary.path,
      });
    });
    goFolders.push(...written.goFolders);
    merged.problems.push(...written.problems);
    merged.sources.push({ name, folder, files: written.files });
  }
  if (goText !== undefined) {
    const texts = [...sources.values()].flatMap(({ reports }) =>
      reports.map(({ read }) => read).filter(({ names }) => names === "go"),
    );
    await writeAllGo({ folders: goFolders, texts, output: path.resolve(goText), signal });
  }
  return merged;
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
