// The order of test files. Contract tests build little: they begin, while what goes on beside them builds and downloads. Then the longest
// end-to-end tests, so that none of them is left over for the end.
import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** End-to-end tests of a minute and more on two processors, longest first. */
const LONG = [
  "pipelines",
  "examples",
  "coverage-languages",
  "ownership",
  "native",
  "gitlab-ci-local",
  "go-postgres",
  "spaces-crash",
  "chain",
  "flask-webpack",
  "engines",
  "coverage",
  "warm",
  "release",
  "services",
  "ssh",
  "build-cache",
  "second-pipeline",
];

export class LongestFirst extends BaseSequencer {
  /** Those that are not named as vitest has them: by their size, or by what they took the last time. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  if (project.name !== "e2e") return -1;
  const at = LONG.indexOf(basename(moduleId, ".test.ts"));
  return at === -1 ? LONG.length : at;
}
