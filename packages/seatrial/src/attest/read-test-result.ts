import * as v from "valibot";
import type { Digest, Proof, TestCounts } from "../model/index.ts";
import { readStrictJson } from "../support/strict-json.ts";
import type { FoundImage } from "./find-image.ts";
import type { Objection } from "./ignored.ts";
import { type RunFacts, TEST_RESULT_TYPE } from "./statement.ts";
import { type Predicate, predicateSchema, statementSchema } from "./statement-schema.ts";

/** A service that was there for a suite. */
export interface ServiceClaim {
  name: string;
  /** As the project names it. */
  image: string;
  /** Of the manifest by which it was pulled; else the image id of the engine. */
  digest: Digest;
  /** `digest` is an image id, which no registry knows it by. */
  isLocal: boolean;
  standIn: boolean;
}

/** What a signed statement says, once it is known to be one of ours about this image. */
export interface TestResultClaim {
  /** The digest of the configuration that was tested. */
  imageId: Digest;
  project: string;
  suite: string;
  kind: "suite" | "check";
  /** All that its release attested; absent in statements of the first versions. */
  attested?: string[] | undefined;
  proof: Proof;
  counts: TestCounts;
  /** The first ones, when there are very many. */
  skippedTests: string[];
  commit?: string | undefined;
  dirty: boolean;
  platform: string;
  services: ServiceClaim[];
  /** Services and targets that were not the publisher's images: `service:redis`. */
  standIns: string[];
  plans: Digest[];
  junit: Digest[];
  runs: RunFacts[];
  tool: { name: string; version: string };
  url?: string | undefined;
}

/** Reads a payload whose signature was checked, and holds it against the image that it should be about. */
export function readTestResult(payload: Uint8Array, image: FoundImage): TestResultClaim | Objection {
  const json = readStrictJson(payload);
  const statement = v.safeParse(statementSchema, json);
  if (!statement.success) return { why: "other-statement", message: "signed, and no in-toto statement v1" };
  const { subject, predicateType, predicate } = statement.output;
  const [only, ...others] = subject;
  if (only === undefined || others.length > 0)
    return { why: "other-image", message: `signed, and about ${subject.length} subjects, not one` };
  if (`sha256:${only.digest["sha256"]}` !== image.digest)
    return { why: "other-image", message: "signed, and about another image" };
  if (predicateType !== TEST_RESULT_TYPE)
    return { why: "other-statement", message: `signed, and a statement of another type: ${predicateType}` };
  const parsed = v.safeParse(predicateSchema, predicate);
  if (!parsed.success) return { why: "other-statement", message: "signed, and no test result of Seatrial's" };
  const { suite } = parsed.output.seatrial;
  const objection = objectionTo(parsed.output);
  if (objection !== undefined) return { ...objection, suite };
  const [imageId, ...more] = digestsOf(parsed.output, "image-config");
  const isTested = image.images.some((each) => each.imageId === imageId);
  if (imageId === undefined || more.length > 0 || !isTested)
    return {
      why: "other-image",
      message: "signed, and the configuration that was tested is another one",
      suite,
    };
  return claimOf(parsed.output, imageId);
}

function objectionTo(predicate: Predicate): Objection | undefined {
  const { result, failedTests, warnedTests, seatrial } = predicate;
  // A sibling's result is a warning; those of the first versions call it passed.
  const isWarning = result === "WARNED" && seatrial.proof.kind === "sibling";
  if (result !== "PASSED" && !isWarning) return { why: "not-passed", message: `signed, and says ${result}` };
  const bad = failedTests.length + seatrial.counts.failed + (isWarning ? 0 : warnedTests.length);
  if (bad > 0)
    return { why: "not-passed", message: `signed, says ${result}, and has tests that did not pass` };
  // Who asks for the checks of the image by their name must get them, and no suite that is called so.
  if ((seatrial.suite === "check") !== (seatrial.kind === "check"))
    return { why: "other-statement", message: `signed, and calls a ${seatrial.kind} ${seatrial.suite}` };
  if (seatrial.counts.passed === 0) return { why: "not-passed", message: "signed, and no test passed" };
  return undefined;
}

function claimOf(predicate: Predicate, imageId: Digest): TestResultClaim {
  const { seatrial, configuration, url } = predicate;
  const { skippedTests, version: _version, ...rest } = seatrial;
  const commits = configuration.flatMap(({ digest }) => ("gitCommit" in digest ? [digest.gitCommit] : []));
  return {
    ...rest,
    imageId,
    skippedTests: skippedTests.names,
    commit: commits.length === 1 ? commits[0] : undefined,
    services: configuration.flatMap(({ name, digest, annotations }) =>
      name.startsWith("service:") && "sha256" in digest
        ? [
            {
              name: name.slice("service:".length),
              image: annotations.image,
              digest: `sha256:${digest.sha256}` as const,
              // Statements of the first versions have image ids only.
              isLocal: annotations.digestOf !== "manifest",
              standIn: seatrial.standIns.includes(name),
            },
          ]
        : [],
    ),
    plans: digestsOf(predicate, "plan"),
    junit: digestsOf(predicate, "junit"),
    url,
  };
}

function digestsOf({ configuration }: Predicate, wanted: string): Digest[] {
  return configuration.flatMap(({ name, digest }) =>
    name === wanted && "sha256" in digest ? [`sha256:${digest.sha256}` as const] : [],
  );
}
