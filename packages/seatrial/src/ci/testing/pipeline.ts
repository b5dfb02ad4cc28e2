import { type Pipeline, type PipelineFacts, planPipeline } from "../pipeline.ts";

/** A pipeline of a project with two suites, one of them in two shards. */
export function pipelineOf(facts: Partial<PipelineFacts> = {}): Pipeline {
  return planPipeline({
    project: "shop",
    image: "registry.example.com/ci:1",
    suites: [
      { name: "unit", shards: 1, timeout: 600_000 },
      { name: "integration", shards: 2, timeout: 90_000 },
    ],
    checks: true,
    releases: true,
    repository: "registry.example.com/acme/shop",
    variables: [],
    defaultBranch: "trunk",
    key: undefined,
    secrets: [],
    cobertura: false,
    coverageRules: false,
    changedLines: false,
    ...facts,
  });
}
