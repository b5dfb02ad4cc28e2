import { nearest } from "../support/nearest.ts";
import { type DockerfileStage, type DockerfileSummary, findStage } from "./dockerfile/summary.ts";
import { defaultRelease, describeStage } from "./dockerfile/targets.ts";
import type { ConfigInput } from "./schema/config.ts";
import type { Complaint } from "./written.ts";
import type { Path } from "./yaml/tree.ts";

/** Which stages the configuration means, by key. */
export interface Targets {
  release: string;
  test: string;
  /** By suite: the stage that it runs in, and the one of its app. */
  suites: Record<string, { target: string; app: string }>;
  /** By definition of spaces: the stage of each of its migrations that is a command. */
  migrations: Record<string, (string | undefined)[]>;
  /** Where tools of coverage are. */
  coverage: { llvm?: string | undefined; java?: string | undefined };
}

/** Finds every stage that the configuration names. Several leaves and no `image.release` fail with CONFIG_RELEASE_AMBIGUOUS. */
export function resolveTargets(
  input: ConfigInput,
  dockerfile: DockerfileSummary,
): { targets: Targets } | { complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const pick = (name: string | undefined, path: Path): string | undefined => {
    if (name === undefined) return undefined;
    const stage = findStage(dockerfile, name);
    const problem = stage === undefined ? unknownStage(name, dockerfile) : unbuildable(stage, dockerfile);
    if (problem !== undefined) complaints.push({ path, message: problem });
    return stage?.key;
  };
  const named = pick(input.image?.release, ["image", "release"]);
  const release = input.image?.release === undefined ? defaultRelease(dockerfile).key : (named ?? "");
  const test = pick(input.image?.test, ["image", "test"]) ?? release;
  const suites = Object.entries(input.suites ?? {}).map(([name, suite]) => {
    const target = pick(suite.target, ["suites", name, "target"]) ?? test;
    const image = suite.app?.image;
    const app = image === "release" ? release : (pick(image, ["suites", name, "app", "image"]) ?? release);
    return [name, { target, app }] as const;
  });
  const migrations = Object.entries(input.spaces ?? {}).map(([name, space]) => {
    const stages = (space.migrations ?? []).map((migration, index) => {
      if (typeof migration === "string" || migration.command === undefined) return undefined;
      const { image } = migration;
      if (image === "release") return release;
      if (image === undefined || image === "test") return test;
      return pick(image, ["spaces", name, "migrations", index, "image"]);
    });
    return [name, stages] as const;
  });
  const toolsOf = (language: "llvm" | "java") =>
    pick(input.coverage?.[language]?.target, ["coverage", language, "target"]);
  const coverage = { llvm: toolsOf("llvm"), java: toolsOf("java") };
  if (complaints.length > 0) return { complaints };
  return {
    targets: {
      release,
      test,
      coverage,
      suites: Object.fromEntries(suites),
      migrations: Object.fromEntries(migrations),
    },
  };
}

function unknownStage(name: string, dockerfile: DockerfileSummary): string {
  const names = dockerfile.stages.flatMap((stage) => stage.name ?? []);
  const near = nearest(name, names);
  const known =
    names.length === 0
      ? "its stages have no names"
      : `it has ${dockerfile.stages.map(describeStage).join(", ")}`;
  return `no stage "${name}" in ${dockerfile.label}; ${near === undefined ? known : `did you mean "${near}"?`}`;
}

function unbuildable(stage: DockerfileStage, dockerfile: DockerfileSummary): string | undefined {
  if (stage.name !== undefined || stage.index === dockerfile.stages.length - 1) return undefined;
  return `the stage in line ${stage.line} of ${dockerfile.label} has no name; add AS <name> to its FROM`;
}
