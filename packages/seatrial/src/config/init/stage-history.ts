import { posix } from "node:path";
import { type DockerfileStage, type DockerfileSummary, findStage } from "../dockerfile/summary.ts";
import { looksLikeTests } from "../dockerfile/targets.ts";

/** The stage and those it builds on. */
export function ancestors(dockerfile: DockerfileSummary, stage: DockerfileStage): DockerfileStage[] {
  const below = stage.base.kind === "stage" ? findStage(dockerfile, stage.base.stage) : undefined;
  return below === undefined ? [stage] : [stage, ...ancestors(dockerfile, below)];
}

/** The stage, those it builds on, and those that any of them takes files from. */
export function history(dockerfile: DockerfileSummary, stage: DockerfileStage): DockerfileStage[] {
  const found = new Set<DockerfileStage>();
  const add = (each: DockerfileStage) => {
    if (found.has(each)) return;
    found.add(each);
    for (const key of [...(each.base.kind === "stage" ? [each.base.stage] : []), ...each.uses]) {
      const next = findStage(dockerfile, key);
      if (next !== undefined) add(next);
    }
  };
  add(stage);
  return [...found];
}

/** True when a stage starts from such an image. */
export function isFrom(stage: DockerfileStage, image: RegExp): boolean {
  return stage.base.kind === "image" && image.test(stage.base.reference);
}

/** `/out/tests` for `/out/tests/`, `/out/tests/./pkg.test` and `/out/tests/$name.test`. */
export function folderOf(output: string): string | undefined {
  if (!output.startsWith("/")) return undefined;
  const fixed = output.replace(/\$.*$/, "x");
  const folder = fixed.endsWith("/") || !/(\.test|x)$/.test(fixed) ? fixed : posix.dirname(fixed);
  return folder === "/" ? undefined : folder.replace(/(.)\/+$/, "$1");
}

/** Where a folder of one stage ends up in another that copies it. */
export function placeIn(
  test: DockerfileStage,
  made: { dockerfile: DockerfileSummary; stage: DockerfileStage; folder: string },
): string | undefined {
  for (const stage of ancestors(made.dockerfile, test)) {
    if (stage === made.stage) return made.folder;
    for (const copy of stage.copies) {
      const source = copy.sources.find((path) =>
        `${made.folder}/`.startsWith(`${path.replace(/\/+$/, "")}/`),
      );
      if (copy.from !== made.stage.key || source === undefined || !copy.target.startsWith("/")) continue;
      const rest = posix.relative(source, made.folder);
      return posix.join(copy.target, rest).replace(/(.)\/+$/, "$1");
    }
  }
  return undefined;
}

/** The stage that suites should run in: a leaf whose name speaks of tests, else any such stage. */
export function likelyTest(dockerfile: DockerfileSummary): DockerfileStage | undefined {
  const named = dockerfile.stages.filter((stage) => stage.name !== undefined && looksLikeTests(stage.name));
  return named.find((stage) => dockerfile.leaves.includes(stage.key)) ?? named[0];
}
