import { copyFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../../model/index.ts";
import { isToolError, messageOf } from "../../../support/error.ts";
import { makeFolder } from "../../../support/make-folder.ts";
import { coverageError } from "../../errors.ts";
import { createCombination } from "./combine-programs.ts";
import { encodeCounters } from "./encode-counters.ts";
import { encodeMeta } from "./encode-meta.ts";
import { type GoFolders, type ReadProgram, readPrograms } from "./read-programs.ts";
import { commonArguments, type RunArguments } from "./run-arguments.ts";
import type { GoWritten } from "./write-go-text.ts";

export interface MergeGoOptions extends GoFolders {
  /** A folder that holds no profiles yet; made if it is not there. */
  output: string;
  /** Make one program of all. Default: each stays its own. */
  combine?: boolean | undefined;
}

/**
 * Writes a folder that says the same as these together, for Go's tools and for us: `go tool covdata merge`, with `-pcombine` when
 * `combine` is set. What the processes were started with is kept only as far as it was the same for all.
 */
export async function mergeGoProfiles(options: MergeGoOptions): Promise<GoWritten> {
  const { output, combine = false, ...folders } = options;
  const problems: Problem[] = [];
  await prepare(output);
  const write = combine ? writeCombined : writeEach;
  try {
    const files = await write(output, readPrograms({ ...folders, withArguments: true, problems }));
    return { problems, files };
  } catch (error) {
    if (isToolError(error) || folders.signal.aborted) throw error;
    throw notWritten(output, error);
  }
}

async function writeEach(output: string, programs: AsyncIterable<ReadProgram>): Promise<number> {
  let files = 0;
  for await (const each of programs) {
    files += each.files;
    await copyFile(each.metaFile, path.join(output, `covmeta.${each.hash}`));
    // A program that left no counters still has none: that is for the reader of the folder to see.
    if (each.files > 0) await writeCounters(output, each);
  }
  return files;
}

async function writeCombined(output: string, programs: AsyncIterable<ReadProgram>): Promise<number> {
  const combination = createCombination();
  let files = 0;
  let common: RunArguments | undefined;
  for await (const each of programs) {
    files += each.files;
    if (each.arguments !== undefined) common = commonArguments(common, each.arguments);
    combination.add(each);
  }
  const counted = combination.result();
  if (counted === undefined) return files;
  const { hash, bytes } = encodeMeta(counted.program);
  await writeFile(path.join(output, `covmeta.${hash}`), bytes);
  if (files > 0) await writeCounters(output, { ...counted, hash, arguments: common });
  return files;
}

async function writeCounters(output: string, counted: Parameters<typeof encodeCounters>[0]): Promise<void> {
  const nanoseconds = (process.hrtime.bigint() % 1_000_000n).toString().padStart(6, "0");
  // No process wrote it: Go puts a zero in place of its id, too.
  const name = `covcounters.${counted.hash}.0.${Date.now()}${nanoseconds}`;
  await writeFile(path.join(output, name), encodeCounters(counted), { flag: "wx" });
}

/** Profiles of an earlier merge would be counted again by whoever reads the folder. */
async function prepare(output: string): Promise<void> {
  let names: string[];
  try {
    await makeFolder(output);
    names = await readdir(output);
  } catch (error) {
    throw notWritten(output, error);
  }
  const profile = names.find((name) => /^cov(meta|counters)\./.test(name));
  if (profile === undefined) return;
  throw coverageError({
    code: "COVERAGE_NOT_WRITTEN",
    message: `${output} is not for merged profiles: it holds ${profile}, which would be counted with them`,
    hint: "Name an empty folder, or remove what is in it.",
  });
}

function notWritten(output: string, cause: unknown) {
  return coverageError({
    code: "COVERAGE_NOT_WRITTEN",
    message: `merged profiles cannot be written to ${output}: ${messageOf(cause)}`,
    hint: "Name an empty folder that may be written to.",
    cause,
  });
}
