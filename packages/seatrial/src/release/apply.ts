import { attestImage } from "../attest/index.ts";
import type { Problem, ReleaseReceipt, Traffic } from "../model/index.ts";
import { familiarName, formatReference, type Manifest, type RegistryClient } from "../registry/index.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import { beginReceipt } from "./begin-receipt.ts";
import { copyImage } from "./copy-image.ts";
import { openPlaces, type PrepareOptions, prepareRelease } from "./prepare.ts";
import type { PreparedRelease, ReleasePlaces } from "./prepared.ts";
import { statementsOf } from "./statements.ts";
import { setTags } from "./tags.ts";
import { sumTraffic } from "./traffic.ts";

export interface ApplyReleaseOptions extends Omit<PrepareOptions, "isProven"> {
  registries: RegistryClient;
  /** An engine has pushed the image for this release; absent: it lay in the registry. */
  pushed?: PushForRelease | undefined;
  onNote: (note: string) => void;
  /** A clock in milliseconds. */
  now: () => number;
}

/** The push of an image right before its release. */
export interface PushForRelease {
  /** The registry did not have it before. */
  isNew: boolean;
  /** What this program asked of the registry for it; what the engine did is its own. */
  traffic: Traffic;
}

/** A release that has ended, one way or another. */
export interface AppliedRelease {
  /** What was done, also when it was cut off. */
  receipt: ReleaseReceipt;
  /** Why it was refused, all reasons, or what it failed with. Empty: it is released. */
  problems: Problem[];
  warnings: string[];
  exitCode: ExitCode;
}

/**
 * Releases an image: verifies it and its evidence, copies it where it is released to, and sets its tags, last of all. Never rejects:
 * what went wrong is in the problems, how far it came in the receipt. Running it again completes it.
 */
export async function applyRelease(options: ApplyReleaseOptions): Promise<AppliedRelease> {
  const { plan, image, now, signal } = options;
  const start = now();
  const places = openPlaces(options);
  const traffic = () => trafficOf(places, options);
  const receipt = beginReceipt({ plan, isPushed: options.pushed?.isNew === true, traffic: traffic() });
  const end = (ended: Pick<AppliedRelease, "problems" | "exitCode" | "warnings">): AppliedRelease => ({
    ...ended,
    receipt: { ...receipt, traffic: traffic(), duration: Math.round(now() - start) },
  });
  let warnings: string[] = [];
  try {
    options.onNote(`reading ${familiarName(image.repository)}`);
    const prepared = await prepareRelease({ ...options, isProven: options.pushed !== undefined, places });
    warnings = [...prepared.judgement.warnings];
    fill(receipt, prepared, options);
    const { refusals } = prepared.judgement;
    if (refusals.length > 0) return end({ problems: refusals, warnings, exitCode: EXIT.failed });
    const onWarning = (warning: string) => void warnings.push(warning);
    await promote({ ...options, places, prepared, receipt, onWarning });
    receipt.status = "released";
    return end({ problems: [], warnings, exitCode: EXIT.ok });
  } catch (error) {
    const stopped = signal.aborted;
    receipt.status = stopped ? "stopped" : "failed";
    const exitCode = stopped ? EXIT.stopped : isToolError(error) ? error.exitCode : EXIT.bug;
    return end({ problems: [problemOf(error, "release")], warnings, exitCode });
  }
}

/** Changes the registry. What others look for comes last: tags name only what is whole and attested. */
async function promote(
  options: ApplyReleaseOptions & {
    places: ReleasePlaces;
    prepared: PreparedRelease;
    receipt: ReleaseReceipt;
    onWarning: (warning: string) => void;
  },
): Promise<void> {
  const { places, prepared, receipt, signing, onNote, signal } = options;
  const { candidate } = prepared;
  const { repository } = options.plan;
  const statements = signing === undefined ? [] : statementsOf({ prepared, repository, ...signing });
  if (places.from !== places.to) {
    onNote(`copying to ${receipt.repository}`);
    try {
      await copyImage({ candidate, ...places, signal });
    } finally {
      // Also of a copy that was cut off.
      if (receipt.imageBytesUp !== undefined) receipt.imageBytesUp = places.to.traffic().blobBytesUp;
    }
  }
  if (signing !== undefined) {
    onNote("attesting");
    await attestImage({
      repository: places.to,
      subject: descriptorOf(candidate.manifest),
      statements,
      ...signing,
      now: Date.now,
      onAttested: (attested) => void receipt.attestations.push(attested),
      signal,
    });
  }
  onNote("setting tags");
  await setTags({
    repository: places.to,
    manifest: candidate.manifest,
    tags: prepared.tags,
    mayMove: prepared.mayMove,
    onWarning: options.onWarning,
    onSet(set) {
      receipt.tags = receipt.tags.map((tag) => (tag.tag === set.tag ? set : tag));
    },
    signal,
  });
}

/** What is known once the registry and the evidence were read. */
function fill(
  receipt: ReleaseReceipt,
  prepared: PreparedRelease,
  { image, pushed }: ApplyReleaseOptions,
): void {
  const { candidate, judgement, tags } = prepared;
  const { digest } = candidate.manifest;
  receipt.digest = digest;
  receipt.imageId = candidate.images[0]?.configId;
  receipt.candidate = {
    reference: formatReference({ ...image.repository, digest }),
    pushed: pushed?.isNew === true,
  };
  receipt.tags = tags;
  receipt.evidence = judgement.suites.flatMap(({ suite, proof, parts }) =>
    proof === undefined
      ? []
      : parts.map((part) => ({ suite, run: part.from.outcome.run, proof, passed: part.suite.counts.passed })),
  );
}

function descriptorOf({ mediaType, digest, bytes }: Manifest) {
  return { mediaType, digest, size: bytes.length };
}

function trafficOf(places: ReleasePlaces, { pushed }: Pick<ApplyReleaseOptions, "pushed">): Traffic {
  const { from, to, candidates } = places;
  return sumTraffic(
    ...[...new Set([from, to, candidates])].map((each) => each.traffic()),
    ...(pushed === undefined ? [] : [pushed.traffic]),
  );
}
