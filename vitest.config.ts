import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
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
          // Some wait for containers while others work; each test names and removes what is its own.
          maxWorkers: 4,
        },
      },
    ],
  },
});
