import type { Problem } from "../../../model/index.ts";
import { type CountersName, findProfiles, type MetaName } from "./find-profiles.ts";
import { createLoader, type LoadFile } from "./load-file.ts";
import { parseMeta } from "./meta.ts";
import { attempt, type Pod, pair } from "./pair.ts";
import type { CountedProgram, GoProgram } from "./program.ts";
import { type Counted, readCountersFiles } from "./read-counters-files.ts";

export interface GoFolders {
  /** Each has what GOCOVERDIR got of one instance: files of one process id in it are of one process. */
  folders: readonly string[];
  /** Those of which it is told already that a program wrote no counters: that is no problem again. */
  told?: ReadonlySet<string> | undefined;
  signal: AbortSignal;
}

export interface ReadProgram extends CountedProgram, Omit<Counted, "counters"> {
  hash: string;
  /** The file of its meta data that was read. */
  metaFile: string;
}

export interface ReadProgramsOptions extends GoFolders {
  /** Whether the processes' arguments are wanted, too. */
  withArguments?: boolean | undefined;
  /** Gets what was left out, and why. */
  problems: Problem[];
}

/**
 * The programs in these folders with all that was counted of each, one at a time: what they take of memory does not add up. One may
 * come twice, when counters lie under the name of another.
 */
export async function* readPrograms(options: ReadProgramsOptions): AsyncGenerator<ReadProgram> {
  const { folders, told, signal, withArguments = false, problems } = options;
  const load = createLoader();
  const { pods, problems: unpaired } = pair(await findProfiles(folders), load);
  problems.push(...unpaired);
  const flushed = new Set<string>();
  const strays = new Map<string, Pod>();
  const modes = new Map<GoProgram["mode"], string>();
  let granularity: GoProgram["granularity"] | undefined;

  for (const pod of pods) yield* read(pod, isElsewhere);
  for (const pod of strays.values()) yield* read(pod, () => false);
  problems.push(...pods.flatMap((pod) => pod.metas.filter(isUnflushed(pod)).map(notFlushed)));
  if (modes.size > 1) problems.push(mixed(modes));

  async function* read(pod: Pod, elsewhere: typeof isElsewhere): AsyncGenerator<ReadProgram> {
    signal.throwIfAborted();
    for (const { folder } of pod.counters) flushed.add(`${folder}\0${pod.hash}`);
    const found = parseFirst({ pod, load, problems, granularity });
    if (found === undefined) {
      for (const { folder } of pod.metas) flushed.add(`${folder}\0${pod.hash}`);
      return;
    }
    const { program, metaFile } = found;
    granularity = program.granularity;
    if (!modes.has(program.mode)) modes.set(program.mode, metaFile);
    const isMine = { pod, program, load, withArguments, isElsewhere: elsewhere, problems, signal };
    yield { program, metaFile, hash: pod.hash, ...(await readCountersFiles(isMine)) };
  }

  function isElsewhere(hash: string, name: CountersName): boolean {
    const owner = pods.find((pod) => pod.hash === hash);
    if (owner === undefined) return false;
    const stray = strays.get(hash) ?? { ...owner, counters: [] };
    stray.counters.push(name);
    strays.set(hash, stray);
    return true;
  }

  function isUnflushed(pod: Pod): (meta: MetaName) => boolean {
    return ({ folder }) => told?.has(folder) !== true && !flushed.has(`${folder}\0${pod.hash}`);
  }
}

/** The first of a pod's meta data that can be read. */
function parseFirst(options: {
  pod: Pod;
  load: LoadFile;
  problems: Problem[];
  granularity: GoProgram["granularity"] | undefined;
}): { program: GoProgram; metaFile: string } | undefined {
  const { pod, load, problems, granularity } = options;
  for (const { file } of pod.metas) {
    const program = attempt(problems, () => parseMeta(file, load(file)));
    if (program === undefined) continue;
    if ((granularity ?? program.granularity) === program.granularity) return { program, metaFile: file };
    problems.push(otherGranularity(file, program.granularity));
    return undefined;
  }
  if (pod.counters.length > 0) problems.push(lost(pod));
  return undefined;
}

function lost({ hash, counters }: Pod): Problem {
  return {
    code: "COVERAGE_PROFILE_ORPHANED",
    message: `${counters.length} files of Go counters, ${counters[0]?.file} among them, belong to meta data ${hash}, which cannot be read`,
    hint: `Take covmeta.${hash} again from where the program wrote it.`,
  };
}

function otherGranularity(file: string, granularity: string): Problem {
  return {
    code: "COVERAGE_PROFILE_INVALID",
    message: `${file} counts ${granularity}, which the programs before it do not: it was left out with its counters`,
    hint: "Build all of them with the same granularity: go build -cover has perblock.",
  };
}

function notFlushed({ file }: MetaName): Problem {
  return {
    code: "COVERAGE_NOT_FLUSHED",
    message: `${file} has no counters beside it: the program was killed before it wrote them, or is still running`,
    hint: "Go writes counters when main returns and on os.Exit: handle SIGTERM, and leave time for it.",
  };
}

function mixed(modes: ReadonlyMap<string, string>): Problem {
  const each = [...modes].map(([mode, file]) => `${mode} (${file})`);
  return {
    code: "COVERAGE_MODES_MIXED",
    message: `these programs were built with different cover modes: ${each.join(", ")}; what ran is right, how often is not`,
    hint: "Build all of them with -covermode=atomic, or all with set.",
  };
}
