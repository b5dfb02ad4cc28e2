import type { Problem } from "../../../model/index.ts";
import { isToolError } from "../../../support/error.ts";
import { problemOf } from "../../../support/problem.ts";
import { byBytes } from "./byte-order.ts";
import { COUNTERS_HEADER, readCountersHash } from "./counters.ts";
import type { CountersName, MetaName, Profiles } from "./find-profiles.ts";
import type { LoadFile } from "./load-file.ts";
import { META_HEADER, readMetaHash } from "./meta.ts";

/** Meta data of one hash, and the counters that go with it. */
export interface Pod {
  hash: string;
  /** Files with this hash in their headers, which should be the same: one that can be read is enough. */
  metas: MetaName[];
  counters: CountersName[];
}

export interface Pairing {
  /** In the order of their meta data's paths. */
  pods: Pod[];
  problems: Problem[];
}

/**
 * Finds the meta data of all counters: by the hashes in the headers, else by those in the names. Names can be wrong, since servers that
 * take in profiles make up names for them; headers of counters are read only where the name leads nowhere.
 */
export function pair({ metas, counters }: Profiles, load: LoadFile): Pairing {
  const problems: Problem[] = [];
  const byHash = new Map<string, Pod>();
  const byTag = new Map<string, Pod>();
  for (const meta of metas) {
    const hash = attempt(problems, () => readMetaHash(meta.file, load(meta.file, META_HEADER)));
    if (hash === undefined) continue;
    const pod = byHash.get(hash) ?? { hash, metas: [], counters: [] };
    pod.metas.push(meta);
    byHash.set(hash, pod);
    if (!byTag.has(meta.tag)) byTag.set(meta.tag, pod);
  }
  for (const each of counters) {
    const pod = byHash.get(each.tag) ?? podOfHeader(each);
    pod?.counters.push(each);
  }
  const pods = [...byHash.values()].sort((one, other) => byBytes(firstFile(one), firstFile(other)));
  return { pods, problems };

  function podOfHeader(each: CountersName): Pod | undefined {
    const hash = attempt(problems, () => readCountersHash(each.file, load(each.file, COUNTERS_HEADER)));
    if (hash === undefined) return undefined;
    const pod = byHash.get(hash) ?? byTag.get(each.tag);
    if (pod === undefined) problems.push(orphan(each.file, hash));
    return pod;
  }
}

function firstFile(pod: Pod): string {
  return pod.metas[0]?.file ?? "";
}

function orphan(file: string, hash: string): Problem {
  return {
    code: "COVERAGE_PROFILE_ORPHANED",
    message: `the Go counters ${file} belong to meta data ${hash}, which is not there`,
    hint: `Take covmeta.${hash} out of the same folder, too: the program writes it when it starts.`,
  };
}

/** What `read` returns; nothing, and a problem more, when it is a file that is at fault. */
export function attempt<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isToolError(error)) throw error;
    problems.push(problemOf(error));
    return undefined;
  }
}
