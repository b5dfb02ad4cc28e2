import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, by the time of each file beside the others. */
const LONGEST = [
  "e2e/examples",
  "e2e/go-postgres",
  "e2e/pipelines",
  "e2e/spaces-crash",
  "e2e/ownership",
  "e2e/native",
  "e2e/flask-webpack",
  "e2e/cover-image",
  "e2e/engines",
  "e2e/presets",
  "e2e/ssh",
  "e2e/release",
  "e2e/services",
  "e2e/warm",
  "e2e/coverage-languages",
  "rabbitmq.contract",
  "random.contract",
  "reset.contract",
  "e2e/chain",
  "e2e/spaces",
];

/** Begins with what takes longest: what begins last runs alone in the end. A clone knows no durations; sizes of files tell little. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.includes(`${name}.`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/seatrial/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.contract.test.ts"],
          setupFiles: ["packages/seatrial/src/support/testing/matchers.ts"],
          sequence: { concurrent: false },
          // No module has state of its own, so that files can share one: a fresh process for each took most of the time.
          isolate: false,
          maxWorkers: "100%",
          // The first test that calls a command waits until the whole program is compiled: seconds on a busy machine.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "contract",
          include: ["packages/seatrial/src/**/*.contract.test.ts"],
          setupFiles: ["packages/seatrial/src/support/testing/matchers.ts"],
          testTimeout: 60_000,
          // Some start servers, or build the image of one.
          hookTimeout: 120_000,
          isolate: false,
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          setupFiles: ["packages/seatrial/src/support/testing/matchers.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          isolate: false,
          // Some wait for containers while others work; each test names and removes what is its own.
          maxWorkers: 4,
        },
      },
    ],
  },
});
