import { setImmediate as otherWork } from "node:timers/promises";
import type { Problem } from "../../../model/index.ts";
import { accumulate } from "./accumulate.ts";
import { readCounters, readCountersHash } from "./counters.ts";
import { createReading } from "./entries.ts";
import { byTime, type CountersName } from "./find-profiles.ts";
import type { LoadFile } from "./load-file.ts";
import { attempt, type Pod } from "./pair.ts";
import { type GoProgram, UNIT_SIZE } from "./program.ts";
import { commonArguments, type RunArguments, readArguments } from "./run-arguments.ts";
import { createSnapshots } from "./snapshots.ts";

export interface CountersOptions {
  pod: Pod;
  program: GoProgram;
  load: LoadFile;
  /** Whether the processes' arguments are wanted, too. */
  withArguments: boolean;
  /** Called with a file whose header names another hash: true when it is taken care of there. */
  isElsewhere: (hash: string, name: CountersName) => boolean;
  problems: Problem[];
  signal: AbortSignal;
}

export interface Counted {
  counters: Uint32Array;
  /** How many files counted. */
  files: number;
  /** What all of the processes have in common. */
  arguments: RunArguments | undefined;
}

/** Files between two looks at whether to go on. */
const AT_ONCE = 32;

/** Adds up what all counters of a pod say. A file that is not sound is left out as a whole, with a problem. */
export async function readCountersFiles(options: CountersOptions): Promise<Counted> {
  const { pod, program, load, withArguments, isElsewhere, problems, signal } = options;
  const counted: Counted = {
    counters: new Uint32Array(program.units.length / UNIT_SIZE),
    files: 0,
    arguments: undefined,
  };
  const reading = createReading();
  const strangers: Strangers = { functions: 0, files: [] };
  let untilOthers = AT_ONCE;
  for (const names of byProcess(pod.counters)) {
    const isOneProcess = names.length > 1 && program.mode === "atomic" && names[0]?.pid !== NO_PROCESS;
    const snapshots = isOneProcess ? createSnapshots(counted.counters.length, program.mode) : undefined;
    for (const name of names) {
      if (--untilOthers === 0) {
        await otherWork();
        signal.throwIfAborted();
        untilOthers = AT_ONCE;
      }
      if (attempt(problems, () => read(name)) !== true) continue;
      counted.files += 1;
      if (snapshots === undefined) accumulate(counted.counters, reading, program.mode);
      else snapshots.add(reading);
    }
    snapshots?.finish(counted.counters);
  }
  if (strangers.functions > 0) problems.push(strangersIn(strangers));
  return counted;

  /** Fills `reading`; false when the file belongs elsewhere. */
  function read(name: CountersName): boolean {
    const { file } = name;
    const bytes = load(file);
    const hash = readCountersHash(file, bytes);
    if (hash !== pod.hash && isElsewhere(hash, name)) return false;
    readCounters({ file, bytes, program }, reading);
    if (reading.strangers > 0) {
      strangers.functions += reading.strangers;
      strangers.files.push(file);
    }
    if (withArguments) counted.arguments = commonArguments(counted.arguments, readArguments(file, bytes));
    return true;
  }
}

/** What `go tool covdata merge` calls its files by. */
const NO_PROCESS = "0";

/** Only programs with atomic counters can write them more than once, and files of one process lie in one folder. */
function byProcess(counters: CountersName[]): CountersName[][] {
  const groups = new Map<string, CountersName[]>();
  for (const each of counters) {
    const key = `${each.folder}\0${each.pid}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].map((group) => (group.length === 1 ? group : group.sort(byTime)));
}

interface Strangers {
  functions: number;
  files: string[];
}

/** Told once: each file of a program has them, as a rule. */
function strangersIn({ functions, files }: Strangers): Problem {
  return {
    code: "COVERAGE_PROFILE_INVALID",
    message: `${functions} functions in ${files.length} files of Go counters, such as ${files[0]}, are not those of their meta data: they were left out`,
    hint: "Some versions of Go write them of their runtime with -coverpkg=all, which does no harm. Otherwise the profiles are of two builds: run the program again.",
  };
}
