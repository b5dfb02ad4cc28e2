import type { BuildTarget } from "../index.ts";

/** The target `release` of a project in /project that asks for nothing else. */
export function buildTarget(changes: Partial<BuildTarget> = {}): BuildTarget {
  return {
    key: "release",
    context: "/project",
    args: {},
    secrets: [],
    contexts: {},
    ssh: [],
    extraHosts: [],
    labels: {},
    cacheFrom: [],
    ...changes,
  };
}
