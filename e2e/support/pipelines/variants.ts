import { githubWorkflow, gitlabPipeline, jenkinsfile } from "../../../packages/seatrial/src/ci/index.ts";
import { pipelineOf } from "../../../packages/seatrial/src/ci/testing/pipeline.ts";

export const WRITERS = { gitlab: gitlabPipeline, github: githubWorkflow, jenkins: jenkinsfile };

const suite = (name: string, shards = 1) => ({ name, shards, timeout: 600_000 });

/** Projects of which the examples have no like; each says what is not the same as in a plain one with a suite in shards. */
const FACTS: Record<string, Parameters<typeof pipelineOf>[0]> = {
  "shards, secrets, a key of another name and a registry of its own": {
    repository: "registry.example.com:5000/acme/shop",
    secrets: ["NPM_TOKEN", "PIP_TOKEN"],
    key: { kind: "env", variable: "SIGNING" },
    cobertura: true,
    coverageRules: true,
  },
  "a folder, and changed lines in several jobs": {
    folder: "services/shop",
    repository: "$PLACE/$TEAM/shop",
    variables: ["PLACE", "TEAM"],
    cobertura: true,
    coverageRules: true,
    changedLines: true,
  },
  "a folder, and changed lines in the job of the only suite": {
    folder: "services/shop",
    suites: [suite("unit")],
    secrets: ["NPM_TOKEN"],
    changedLines: true,
  },
  "one suite and nothing else": { suites: [suite("unit")], checks: false, releases: false },
  "one suite in shards, released with a key from a file to Docker Hub": {
    suites: [suite("unit", 3)],
    checks: false,
    repository: "acme/shop",
    key: { kind: "file" },
    image: "registry.example.com/tools/ci@sha256:0123456789abcdef",
  },
  "suites with names that are values": {
    project: "1.0",
    suites: ["true", "1.0", "build", "default"].map((name) => suite(name)),
    coverageRules: true,
  },
};

/** Their pipelines for a system, by what they show. */
export function variants(system: keyof typeof WRITERS): [string, string][] {
  return Object.entries(FACTS).map(([name, facts]) => [name, WRITERS[system](pipelineOf(facts))]);
}
