import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type ReleaseErrorCode =
  /** The project does not say where it is released to. Exit code 2. */
  | "RELEASE_NOT_CONFIGURED"
  /** `release.repository` or `release.candidate` is no repository. Exit code 2. */
  | "RELEASE_REPOSITORY_INVALID"
  /** A release would have no tag at all: the variables in them are not set. Exit code 2. */
  | "RELEASE_NO_TAGS"
  /** Nothing of the name of a tag is allowed in a tag. Exit code 2. */
  | "RELEASE_TAG_INVALID"
  /** Two names become one tag, one tag is meant to be immutable and floating, or candidates would be pushed under it. Exit code 2. */
  | "RELEASE_TAGS_COLLIDE"
  /** There is no image to release: nothing was pushed, and no run on this machine holds one. Exit code 2. */
  | "RELEASE_NO_IMAGE"
  /** The registry does not have the image that is to be released. */
  | "CANDIDATE_NOT_FOUND"
  /** What the registry has is no image that can be released. */
  | "CANDIDATE_INVALID"
  /** What the registry has is not the image that was built and tested. */
  | "IMAGE_SWAPPED"
  /** An outcome that counts as evidence contradicts itself, or is none. */
  | "EVIDENCE_INVALID"
  /** No run speaks for this image. */
  | "RELEASE_NO_EVIDENCE"
  /** Runs speak for other images than this one. */
  | "EVIDENCE_OTHER_IMAGE"
  /** The image is for a platform on which it was not tested. */
  | "EVIDENCE_OTHER_PLATFORM"
  /** The evidence comes from another commit, or from several. */
  | "EVIDENCE_OTHER_COMMIT"
  /** A suite of the project was not run on this image, or only a part of it. */
  | "EVIDENCE_SUITE_MISSING"
  /** A suite failed when it was last run on this image. */
  | "EVIDENCE_SUITE_FAILED"
  /** A suite passed in a run that failed for another reason, such as its coverage. */
  | "EVIDENCE_RUN_FAILED"
  /** A suite passed without a single test. */
  | "EVIDENCE_SUITE_EMPTY"
  /** The image was taken from an earlier release, and this key has attested nothing of it. */
  | "EVIDENCE_NOT_ATTESTED"
  /** All suites ran in images that only share layers with what ships. */
  | "EVIDENCE_SIBLING"
  /** The project checks its release image, and this one was not checked. */
  | "EVIDENCE_CHECK_MISSING"
  /** The checks of this image failed. */
  | "EVIDENCE_CHECK_FAILED"
  /** The git tree had changes when the image was built or tested, or has some now. */
  | "RELEASE_DIRTY_TREE"
  /** A tag that never moves names another image already. */
  | "TAG_TAKEN"
  /** Somebody else moved a tag while it was being set. */
  | "TAG_MOVED";

export interface ReleaseErrorOptions {
  code: ReleaseErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  exitCode?: ExitCode | undefined;
}

/** A release that is refused or failed. Exit code 1 unless said otherwise. */
export function releaseError(options: ReleaseErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT.failed, ...options });
}
