import type { Problem, TagReceipt } from "../model/index.ts";
import { familiarName, type RegistryClient } from "../registry/index.ts";
import {
  openPlaces,
  type PreparedRelease,
  prepareRelease,
  previewHeld,
  shortDigest,
} from "../release/index.ts";
import { createStyle, formatProblem } from "../report/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { createRedactor } from "../support/redact.ts";
import type { OutputFlags } from "./flags.ts";
import { useColour } from "./output.ts";
import type { ReleaseSession } from "./release-session.ts";

/** What a release would do, as far as it can be known without changing anything. */
interface ReleasePreview {
  repository: string;
  image: { reference: string; from: string; digest?: string | undefined };
  tags: TagReceipt[];
  evidence: { suite: string; platform: string; proof: string; passed: number; runs: string[] }[];
  attested: boolean;
  /** What it would be refused for. */
  refusals: Problem[];
  warnings: string[];
}

type OpenSession = ReleaseSession & { registries: RegistryClient };

/** Prints what a release would do, what each tag names now, and what it would be refused for. Exit code 1 when it would be. */
export async function printRelease(options: {
  session: ReleaseSession;
  flags: OutputFlags;
  signal: AbortSignal;
}): Promise<ExitCode> {
  const { session, flags, signal } = options;
  const { surroundings } = session;
  await using registries = await session.openRegistries(
    (note) => void surroundings.stderr.write(`${note}\n`),
  );
  const preview = await previewOf({ ...session, registries }, signal);
  const colour = useColour({
    stream: surroundings.stdout,
    env: surroundings.environment.env,
    flag: flags.color,
  });
  const text =
    flags.json === true ? JSON.stringify(preview, undefined, 2) : describe(preview, colour).join("\n");
  surroundings.stdout.write(`${createRedactor(session.secrets).text(text)}\n`);
  return preview.refusals.length === 0 ? EXIT.ok : EXIT.failed;
}

async function previewOf(session: OpenSession, signal: AbortSignal): Promise<ReleasePreview> {
  const { plan, signing } = session;
  const { image, judgement, tags } = await judgedOf(session, signal);
  return {
    repository: familiarName(plan.repository),
    image,
    tags,
    evidence: judgement.suites.map(({ suite, platform, proof, passed, parts }) => ({
      suite,
      platform,
      proof: proof?.kind ?? "none",
      passed,
      runs: [...new Set(parts.map(({ from }) => from.outcome.run))],
    })),
    attested: signing !== undefined,
    refusals: judgement.refusals,
    warnings: judgement.warnings,
  };
}

async function judgedOf(
  session: OpenSession,
  signal: AbortSignal,
): Promise<Pick<PreparedRelease, "judgement" | "tags"> & Pick<ReleasePreview, "image">> {
  const { chosen, plan, registries } = session;
  const common = {
    ...session,
    project: session.project.name,
    source: { now: session.source, built: chosen.built },
    signing: session.signing && { ...session.signing, folder: "" },
    signal,
  };
  if (chosen.kind === "held") {
    const { identity, run } = chosen;
    const repository = registries.repository(plan.repository);
    const previewed = await previewHeld({ ...common, identity, repository });
    return { ...previewed, image: { reference: identity.imageId, from: `run ${run}; it is pushed first` } };
  }
  const { image, expected, place, taken } = chosen;
  const places = openPlaces({ ...session, image });
  const { candidate, ...prepared } = await prepareRelease({ ...common, image, expected, taken, places });
  const { digest } = candidate.manifest;
  const reference = `${familiarName(image.repository)}@${digest}`;
  return { ...prepared, image: { reference, from: place, digest } };
}

function describe(preview: ReleasePreview, colour: boolean): string[] {
  const { repository, image, tags, evidence, attested, refusals, warnings } = preview;
  const style = createStyle(colour);
  return [
    `release   ${image.reference}  (${image.from})`,
    `to        ${repository}`,
    ...tags.map(
      (each) => `tag       ${each.tag.padEnd(24)} ${each.kind.padEnd(10)} ${nowOf(each, image.digest)}`,
    ),
    ...evidence.map(
      ({ suite, platform, proof, passed, runs }) =>
        `evidence  ${suite.padEnd(24)} ${passed} passed, proof: ${proof}, ${platform}, ${runs.join(", ")}`,
    ),
    `attested  ${attested ? "yes" : "no: there is no key"}`,
    ...warnings.map((warning) => `! ${warning}`),
    ...refusals.flatMap((problem) => ["", ...formatProblem(problem, style)]),
    ...(refusals.length === 0 ? [] : ["", style.bad("this release would be refused")]),
  ];
}

function nowOf({ before, state }: TagReceipt, digest: string | undefined): string {
  if (before === undefined) return "new";
  if (state === "kept") return `names ${shortDigest(before)} now, and stays`;
  return before === digest ? "names it already" : `names ${shortDigest(before)} now`;
}
