import type { ToolError } from "../../support/error.ts";
import { configError } from "../errors.ts";
import { type DockerfileStage, type DockerfileSummary, findStage } from "./summary.ts";

const RELEASE_NAMES = ["prod", "production", "release", "runtime"];

/** The stage that ships when nobody says which. Where that is not clear, it fails with CONFIG_RELEASE_AMBIGUOUS. */
export function defaultRelease(dockerfile: DockerfileSummary): DockerfileStage {
  const clear = clearRelease(dockerfile);
  if (clear === undefined) throw ambiguous(dockerfile, leafStages(dockerfile));
  return clear;
}

/** The only leaf; or a last stage without a name, which is what a plain build makes, beside leaves that are all for tests. */
export function clearRelease(dockerfile: DockerfileSummary): DockerfileStage | undefined {
  const leaves = leafStages(dockerfile);
  const others = leaves.slice(0, -1);
  const last = leaves.at(-1);
  const isClear =
    others.length === 0 ||
    (last?.name === undefined && others.every(({ name }) => name !== undefined && looksLikeTests(name)));
  return isClear ? last : undefined;
}

/** The stage that most likely ships: by its name, leaves first, else the only leaf, or what a test stage builds on, or a last stage without a name. */
export function likelyRelease(dockerfile: DockerfileSummary): DockerfileStage | undefined {
  const leaves = leafStages(dockerfile);
  for (const stages of [leaves, dockerfile.stages]) {
    for (const name of RELEASE_NAMES) {
      const found = stages.find((stage) => stage.name?.toLowerCase() === name);
      if (found !== undefined) return found;
    }
  }
  const last = leaves.at(-1);
  if (last === undefined || (leaves.length > 1 && last.name !== undefined)) return undefined;
  return belowTests(dockerfile, last) ?? last;
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
export function describeStage({ key, name, line }: DockerfileStage): string {
  return `${key} (line ${line}${name === undefined ? ", without a name" : ""})`;
}

function leafStages(dockerfile: DockerfileSummary): DockerfileStage[] {
  return dockerfile.stages.filter((stage) => dockerfile.leaves.includes(stage.key));
}

function ambiguous(dockerfile: DockerfileSummary, leaves: readonly DockerfileStage[]): ToolError {
  const likely = likelyRelease(dockerfile)?.key;
  return configError({
    code: "CONFIG_RELEASE_AMBIGUOUS",
    message: `${dockerfile.label} has several stages that no other stage uses: ${leaves.map(describeStage).join(", ")}`,
    hint: `say which one ships: image: { release: ${likely ?? "<stage>"} } in seatrial.yaml${likely === undefined ? "" : `, or let "seatrial init" write it`}`,
  });
}
