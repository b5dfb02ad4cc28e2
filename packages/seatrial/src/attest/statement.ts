import type { Digest, Proof, TestCounts } from "../model/index.ts";

/** What a DSSE envelope says its payload is. */
export const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const TEST_RESULT_TYPE = "https://in-toto.io/attestation/test-result/v0.1";

/** An in-toto statement: one suite, or the checks, passed for one image. */
export interface Statement {
  _type: typeof STATEMENT_TYPE;
  /** Exactly one: the image's manifest. The name is a hint, the digest decides. */
  subject: { name: string; digest: DigestSet }[];
  predicateType: typeof TEST_RESULT_TYPE;
  predicate: TestResultPredicate;
}

/** By algorithm, in hexadecimal without a prefix. */
export type DigestSet = Record<string, string>;

export interface TestResultPredicate {
  /** `WARNED`: it passed in a sibling of the image, which says little about this one. */
  result: "PASSED" | "WARNED";
  /**
   * What the suite ran with: `source`, `image-config`, `plan`, `service:<name>`, `junit`. A service's digest is that of the manifest
   * by which its image was pulled; of one that was built or loaded it is the engine's image id, and `annotations.digestOf` says which.
   */
  configuration: ResourceDescriptor[];
  /** `group::name`, sorted; of very many the first ones, while `seatrial.passedTests` speaks of all. */
  passedTests: string[];
  /** The same tests, in place of `passedTests`, where the result is `WARNED`. */
  warnedTests: string[];
  failedTests: string[];
  seatrial: SeatrialFacts;
}

export interface ResourceDescriptor {
  name: string;
  digest: DigestSet;
  mediaType?: string | undefined;
  annotations?: Record<string, string> | undefined;
}

/** What the predicate of in-toto has no field for. Readers that do not know it ignore it. */
export interface SeatrialFacts {
  version: 1;
  project: string;
  suite: string;
  kind: "suite" | "check";
  /** All that its release attests, sorted: names of suites, and `check`. One that was removed is missed by its name here. */
  attested: string[];
  proof: Proof;
  counts: TestCounts;
  /** All of them, also where `passedTests` names only the first. */
  passedTests: NameList;
  skippedTests: NameList & { names: string[] };
  /** The tree had changes that are in no commit. */
  dirty: boolean;
  platform: string;
  /** Services and targets that were stand-ins made by the rig, not the publisher's images. */
  standIns: string[];
  /** Those that ran a part of the suite, the first one first. */
  runs: RunFacts[];
  tool: { name: "seatrial"; version: string };
}

/** A list of names, which may be too long to be here: the digest is that of its JSON text. */
export interface NameList {
  total: number;
  listed: number;
  digest: Digest;
}

export interface RunFacts {
  id: string;
  startedAt: string;
  finishedAt: string;
  engine: { name: string; version: string; platform: string };
  /** Which part of the suite, from 1, when others ran elsewhere. */
  shard?: number | undefined;
}
