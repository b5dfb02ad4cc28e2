// The order of test files: those that take longest begin first, so that none is left over for the end.
import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of a minute and more on two processors, longest first. */
const LONG = [
  "pipelines",
  "examples",
  "coverage-languages",
  "ownership",
  "native",
  "gitlab-ci-local",
  "go-postgres",
  "spaces-crash",
  "suites.contract",
  "chain",
  "flask-webpack",
  "engines",
  "export-llvm.contract",
  "coverage",
  "warm",
  "release",
  "random.contract",
  "services",
  "ssh",
  "build-cache",
  "second-pipeline",
];

export class LongestFirst extends BaseSequencer {
  /** Whatever project they are of; the others as vitest has them. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  const at = project.name === "unit" ? -1 : LONG.indexOf(basename(moduleId, ".test.ts"));
  return at === -1 ? LONG.length : at;
}
