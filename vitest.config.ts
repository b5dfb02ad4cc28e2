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
        },
      },
      {
        test: {
          name: "contract",
          include: ["packages/seatrial/src/**/*.contract.test.ts"],
          setupFiles: ["packages/seatrial/src/support/testing/matchers.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          setupFiles: ["packages/seatrial/src/support/testing/matchers.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
