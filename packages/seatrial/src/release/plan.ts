import { familiarName, parseReference, type RepositoryName } from "../registry/index.ts";
import { EXIT, messageOf } from "../support/error.ts";
import { releaseError } from "./errors.ts";
import { type PlannedTag, planTags } from "./plan-tags.ts";
import { tagName } from "./tag-name.ts";
import { type Locate, variablesAt } from "./unset-variables.ts";

/** Where the images of a build wait for their tests. */
export interface CandidatePlan {
  repository: RepositoryName;
  /** As the project has it, for the target that ships; others add their name. Absent: it is made of the commit and the image. */
  tag?: string | undefined;
  /** What other tags begin with: the commit, if there is one. */
  prefix: string;
}

/** What a release will do, as plain data: nothing of it needs a registry. */
export interface ReleasePlan {
  repository: RepositoryName;
  candidate: CandidatePlan;
  /** In the order in which they are set. */
  tags: PlannedTag[];
  /** The suites that must speak for the image. */
  suites: RequiredSuite[];
  /** Whether the image must have been checked. */
  checks: boolean;
  allowSibling: boolean;
  allowDirty: boolean;
  /** Floating tags move also to an image of an older commit, or of another branch. */
  allowBackwards: boolean;
  /** Sentences for people. */
  warnings: string[];
}

export interface RequiredSuite {
  name: string;
  allowEmpty: boolean;
}

/** What the project says of its releases. */
export interface ReleaseWishes {
  repository?: string | undefined;
  candidate?: string | undefined;
  tags: readonly string[];
  floating: readonly string[];
  /** Text: the repository for steps of the build. */
  cache?: boolean | string | undefined;
  allowSibling: boolean;
  allowDirty: boolean;
  allowBackwards: boolean;
}

export interface CandidateOptions {
  settings: Pick<ReleaseWishes, "repository" | "candidate" | "tags" | "floating" | "cache"> | undefined;
  commit?: string | undefined;
  locate?: Locate | undefined;
}

export interface ReleaseOptions extends CandidateOptions {
  settings: ReleaseWishes | undefined;
  /** All suites of the project. */
  suites: readonly RequiredSuite[];
  checks: boolean;
}

/**
 * Plans where images are pushed to before they are tested. Fails with RELEASE_NOT_CONFIGURED, RELEASE_REPOSITORY_INVALID, or
 * RELEASE_TAGS_COLLIDE where the push would set a tag of the release.
 */
export function planCandidate(options: CandidateOptions): CandidatePlan {
  const plan = candidatePlan(options);
  checkCache(options);
  refuseReleaseTags(plan, options);
  return plan;
}

function candidatePlan(options: CandidateOptions): CandidatePlan {
  const { settings, commit } = options;
  const written = settings?.candidate;
  const prefix = commit === undefined ? "candidate" : `candidate-${commit}`;
  if (written === undefined) return { repository: releaseRepository(options), prefix };
  const { registry, repository, tag } = readRepository(written, "release.candidate");
  return { repository: { registry, repository }, tag, prefix };
}

/** Steps are pushed under tags of their own. */
function checkCache({ settings }: CandidateOptions): void {
  const cache = settings?.cache;
  if (typeof cache !== "string") return;
  if (readRepository(cache, "release.cache").tag !== undefined)
    throw notARepository(cache, "release.cache", "it has a tag");
}

/** Plans a release. Fails for what no registry and no evidence can mend: no repository, no tags, tags that collide. */
export function planRelease(options: ReleaseOptions): ReleasePlan {
  const { settings, suites, checks, locate } = options;
  const repository = releaseRepository(options);
  const { tags, floating } = settings ?? { tags: [], floating: [] };
  const planned = planTags({ tags, floating, locate });
  return {
    repository,
    candidate: planCandidate(options),
    tags: planned.tags,
    suites: suites.map(({ name, allowEmpty }) => ({ name, allowEmpty })),
    checks,
    allowSibling: settings?.allowSibling === true,
    allowDirty: settings?.allowDirty === true,
    allowBackwards: settings?.allowBackwards === true,
    warnings: planned.warnings,
  };
}

/** What waits for its tests must not have a name that says it has passed them. */
function refuseReleaseTags({ repository, tag, prefix }: CandidatePlan, options: CandidateOptions): void {
  const { settings } = options;
  if (settings?.repository === undefined) return;
  const released = releaseRepository(options);
  const isSame = familiarName(released).toLowerCase() === familiarName(repository).toLowerCase();
  const base = tag ?? prefix;
  // Other targets wait under names that begin so.
  const taken = [...settings.tags, ...settings.floating].find((name) =>
    `${tagName(name)}-`.startsWith(`${base}-`),
  );
  if (!isSame || taken === undefined) return;
  throw releaseError({
    code: "RELEASE_TAGS_COLLIDE",
    message: `The tag ${tagName(taken)} of the release would be set by the push, before any test: candidates wait in the same repository as ${base} and ${base}-….`,
    hint: "Give release.candidate a repository of its own, or rename the tag.",
    exitCode: EXIT.usage,
  });
}

function releaseRepository({ settings, locate }: CandidateOptions): RepositoryName {
  const written = settings?.repository;
  if (written === undefined) {
    const variables = variablesAt(["release", "repository"], locate);
    throw releaseError({
      code: "RELEASE_NOT_CONFIGURED",
      message:
        variables.length === 0
          ? "The project does not say where it is released to."
          : `The project does not say where it is released to: ${variables.join(" and ")} in release.repository is not set.`,
      hint:
        variables.length === 0
          ? "Add release.repository to seatrial.yaml, such as registry.example.com/acme/orders."
          : `Set ${variables.join(" and ")}.`,
      exitCode: EXIT.usage,
    });
  }
  const { registry, repository, tag } = readRepository(written, "release.repository");
  if (tag !== undefined) throw notARepository(written, "release.repository", "it has a tag");
  return { registry, repository };
}

/** A repository and its tag, if one is written: a name without one does not mean `latest` here. */
function readRepository(written: string, place: string): RepositoryName & { tag?: string | undefined } {
  if (/^[^/@]*@/.test(written))
    throw notARepository("…@…", place, "it has a login, which `docker login` is for");
  if (written.includes("@")) throw notARepository(written, place, "it has a digest");
  try {
    const { registry, repository, tag } = parseReference(written);
    const isTagged = written.slice(written.lastIndexOf("/") + 1).includes(":");
    return { registry, repository, tag: isTagged ? tag : undefined };
  } catch (error) {
    throw notARepository(written, place, messageOf(error), error);
  }
}

function notARepository(written: string, place: string, why: string, cause?: unknown): Error {
  return releaseError({
    code: "RELEASE_REPOSITORY_INVALID",
    message: `${place} is ${JSON.stringify(written)}, which is no repository: ${why.replace(/\.$/, "")}.`,
    hint: "Write it like registry.example.com/acme/orders; tags have a place of their own.",
    cause,
    exitCode: EXIT.usage,
  });
}
