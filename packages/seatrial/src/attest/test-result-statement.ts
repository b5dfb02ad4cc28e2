import type { Digest, TestCounts, TestResult } from "../model/index.ts";
import { type Evidence, type Part, partsOf, releaseImage, type TestedOutcome } from "./parts.ts";
import {
  type DigestSet,
  type ResourceDescriptor,
  type RunFacts,
  STATEMENT_TYPE,
  type Statement,
  TEST_RESULT_TYPE,
} from "./statement.ts";
import { namesOf } from "./test-names.ts";

export interface TestResultOptions {
  /** The image's manifest: `registry/repository` and digest; `imageId` is the digest of its configuration. */
  subject: { name: string; digest: Digest; imageId: Digest };
  /** A suite's name; of the checks of the image `check`. */
  suite: string;
  /** Default: `suite`. */
  kind?: Evidence["kind"] | undefined;
  /** Everything that is attested with it, this one included: suites by name, and `check`. */
  attested: readonly string[];
  /** The runs that speak of it: one, or one for each shard that ran elsewhere. Others must not be here. */
  outcomes: readonly TestedOutcome[];
  /** All its tests, secrets replaced. */
  tests: readonly TestResult[];
  /** The version of this program. */
  version: string;
  /** Where people see the run. */
  url?: string | undefined;
}

/**
 * States that a suite, or the checks, passed for an image, and warns where they passed in a sibling of it. Fails with
 * ATTESTATION_REFUSED when they did not pass, or when the runs are not about this image, one commit and every shard. Equal evidence
 * gives equal statements.
 */
export function testResultStatement(options: TestResultOptions): Statement {
  const { subject, suite, kind = "suite", attested, outcomes, tests, version, url } = options;
  const parts = partsOf({ suite, kind, outcomes, imageId: subject.imageId, tests });
  const [first] = parts;
  if (first === undefined) throw new Error("a suite without a part");
  if (!attested.includes(suite)) throw new Error(`${suite} is not among what is attested`);
  const isWarning = first.proof.kind === "sibling";
  const passed = namesOf(tests, "passed");
  const skipped = namesOf(tests, "skipped");
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: subject.name, digest: digestSet(subject.digest) }],
    predicateType: TEST_RESULT_TYPE,
    predicate: {
      result: isWarning ? "WARNED" : "PASSED",
      configuration: configurationOf(parts, subject.imageId),
      ...(url === undefined ? {} : { url }),
      passedTests: isWarning ? [] : passed.names,
      warnedTests: isWarning ? passed.names : [],
      failedTests: [],
      seatrial: {
        version: 1,
        project: first.outcome.project,
        suite,
        kind,
        attested: unique(attested),
        proof: first.proof,
        counts: sum(parts.map(({ counts }) => counts)),
        passedTests: passed.list,
        skippedTests: { ...skipped.list, names: skipped.names },
        dirty: parts.some(({ outcome }) => outcome.source.dirty === true),
        platform: releaseImage(first.outcome)?.platform ?? "",
        standIns: unique(parts.flatMap(standInsOf)),
        runs: parts.map(runOf),
        tool: { name: "seatrial", version },
      },
    },
  };
}

/** What the suite ran with, by digest. */
function configurationOf(parts: readonly Part[], imageId: Digest): ResourceDescriptor[] {
  const commits = unique(parts.flatMap(({ outcome }) => outcome.source.commit ?? []));
  const plans = unique(parts.flatMap(({ outcome }) => outcome.plan ?? []));
  const reports = unique(parts.flatMap(({ junit }) => junit ?? []));
  return [
    ...commits.map((commit) => ({ name: "source", digest: { gitCommit: commit } })),
    { name: "image-config", digest: digestSet(imageId) },
    ...plans.map((plan) => ({ name: "plan", digest: digestSet(plan) })),
    ...servicesOf(parts),
    ...reports.map((report) => ({ name: "junit", mediaType: "application/xml", digest: digestSet(report) })),
  ];
}

/** Each image that a service had, by its manifest where that is known: shards that ran elsewhere may have had other ones. */
function servicesOf(parts: readonly Part[]): ResourceDescriptor[] {
  const found = new Map<string, ResourceDescriptor>();
  for (const { name, image, imageId, manifest } of parts.flatMap(neededServices)) {
    if (imageId === undefined) continue;
    found.set(`${name} ${imageId} ${manifest ?? ""}`, {
      name: `service:${name}`,
      digest: digestSet(manifest ?? imageId),
      annotations: { image, imageId, digestOf: manifest === undefined ? "image-id" : "manifest" },
    });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, service]) => service);
}

/** Of all services of its run. */
function neededServices({ outcome, needs }: Part): Part["outcome"]["services"] {
  return outcome.services.filter(({ name }) => needs?.includes(name) ?? true);
}

/** Among the images and services that it had to do with. */
function standInsOf(part: Part): string[] {
  const { outcome, imageId } = part;
  const own = outcome.images.filter((each) => each.imageId === imageId || each.target === outcome.release);
  return [
    ...own.filter(({ standIn }) => standIn).map(({ target }) => `image:${target}`),
    ...neededServices(part)
      .filter(({ standIn }) => standIn)
      .map(({ name }) => `service:${name}`),
  ];
}

function runOf({ outcome, shard }: Part): RunFacts {
  const { run, startedAt, duration, engine } = outcome;
  const finishedAt = new Date(Date.parse(startedAt) + duration).toISOString();
  return { id: run, startedAt, finishedAt, engine, ...(shard === undefined ? {} : { shard }) };
}

function sum(counts: readonly TestCounts[]): TestCounts {
  const total = (key: keyof TestCounts) => counts.reduce((all, each) => all + each[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}

/** in-toto writes the algorithm beside the digest, not before it. */
function digestSet(digest: Digest): DigestSet {
  return { sha256: digest.slice("sha256:".length) };
}

function unique<T extends string>(texts: readonly T[]): T[] {
  return [...new Set(texts)].sort();
}
