import type { BuildTarget, SuiteSpec } from "../../model/index.ts";
import { buildTarget } from "../../model/testing/build-target.ts";
import type { RunPlan } from "../run-plan.ts";

/** A plan in which nothing is done. */
export function planWith(changes: Partial<RunPlan> = {}): RunPlan {
  return {
    project: "shop",
    root: "/project",
    targets: [],
    given: [],
    release: "release",
    test: "test",
    buildEnvironment: {},
    services: [],
    volumes: [],
    suites: [],
    spaces: [],
    earlySpaces: [],
    steps: [],
    network: { pool: "10.213.0.0/24", size: 26 },
    changes: [],
    warnings: [],
    ...changes,
  };
}

export function targetWith(key: string): BuildTarget {
  return buildTarget({ key });
}

/** A suite of one command in an image that the engine holds. */
export function suiteWith(changes: Partial<SuiteSpec> = {}): SuiteSpec {
  return {
    name: "unit",
    runner: "command",
    image: { kind: "reference", reference: "tests:1", pull: "missing" },
    command: ["check"],
    testdata: {},
    artifacts: [],
    needs: [],
    env: {},
    files: [],
    mounts: [],
    extraHosts: [],
    shards: 1,
    parallel: 1,
    timeout: 20_000,
    allowEmpty: false,
    limits: {},
    ...changes,
  };
}
