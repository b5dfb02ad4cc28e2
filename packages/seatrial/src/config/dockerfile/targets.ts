import type { ToolError } from "../../support/error.ts";
import { configError } from "../errors.ts";
import { type DockerfileStage, type DockerfileSummary, findStage } from "./summary.ts";

const RELEASE_NAMES = ["prod", "production", "release", "runtime"];

/** The stage that ships when nobody says which: the only leaf. Several leaves fail with CONFIG_RELEASE_AMBIGUOUS. */
export function defaultRelease(dockerfile: DockerfileSummary): DockerfileStage {
  const leaves = leafStages(dockerfile);
  const [only, second] = leaves;
  if (only === undefined) throw new Error("a Dockerfile without a leaf stage");
  if (second === undefined) return only;
  throw ambiguous(dockerfile, leaves);
}

/** The stage that most likely ships: by its name, leaves first, else the only leaf, or what a test stage builds on. */
export function likelyRelease(dockerfile: DockerfileSummary): DockerfileStage | undefined {
  const leaves = leafStages(dockerfile);
  for (const stages of [leaves, dockerfile.stages]) {
    for (const name of RELEASE_NAMES) {
      const found = stages.find((stage) => stage.name?.toLowerCase() === name);
      if (found !== undefined) return found;
    }
  }
  const [only, second] = leaves;
  if (only === undefined || second !== undefined) return undefined;
  return belowTests(dockerfile, only) ?? only;
}

/** What a stage for tests builds on, itself no stage for tests; any other stage is that itself. */
function belowTests(dockerfile: DockerfileSummary, stage: DockerfileStage): DockerfileStage | undefined {
  if (!looksLikeTests(stage.name ?? "")) return stage;
  const below = stage.base.kind === "stage" ? findStage(dockerfile, stage.base.stage) : undefined;
  return below && belowTests(dockerfile, below);
}

/** True for the name of a stage or a service that is there for tests. */
export function looksLikeTests(name: string): boolean {
  return /(^|[-_.])(e2e|dev|ci|unit|integration|specs?|tests?|testing)([-_.]|$)|tests?$|^test/i.test(name);
}

/** `build (line 1)`. */
export function describeStage(stage: DockerfileStage): string {
  return `${stage.name ?? "a stage without a name"} (line ${stage.line})`;
}

function leafStages(dockerfile: DockerfileSummary): DockerfileStage[] {
  return dockerfile.stages.filter((stage) => dockerfile.leaves.includes(stage.key));
}

function ambiguous(dockerfile: DockerfileSummary, leaves: readonly DockerfileStage[]): ToolError {
  const likely = likelyRelease(dockerfile)?.name;
  return configError({
    code: "CONFIG_RELEASE_AMBIGUOUS",
    message: `${dockerfile.label} has several stages that no other stage uses: ${leaves.map(describeStage).join(", ")}`,
    hint: `say which one ships: image: { release: ${likely ?? "<stage>"} } in seatrial.yaml${likely === undefined ? "" : `, or let "seatrial init" write it`}`,
  });
}
