import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { appendStepSummary, stepSummary } from "./step-summary.ts";
import { outcomeWith, suiteWith } from "./testing/outcome.ts";

describe("the summary of a step", () => {
  it("has a row for each suite, and its proof", () => {
    const suite = suiteWith({
      name: "unit",
      status: "passed",
      counts: { passed: 19, failed: 0, skipped: 2 },
      duration: 1200,
      proof: { kind: "prefix", extraLayers: 3 },
    });
    const text = stepSummary(outcomeWith({ project: "shop", status: "passed", suites: [suite] }));
    expect(text).toContain("### shop: passed\n");
    expect(text).toContain("| ✅ | unit | 19 passed, 2 skipped, proof: prefix | 1.2 s |\n");
  });

  it("tells what went wrong, and no text of it is markup", () => {
    const problem = { code: "BUILD_FAILED", message: "| a <b> `c`\n# d" };
    const failed = suiteWith({ name: "x", status: "failed", counts: { passed: 0, failed: 1, skipped: 0 } });
    const text = stepSummary(outcomeWith({ status: "failed", problems: [problem], suites: [failed] }));
    expect(text).toContain("| ❌ | x | 0 passed, 1 failed");
    expect(text).toContain("- **BUILD_FAILED** \\| a &lt;b> \\`c\\` \\# d\n");
  });

  it("is added to the file that GitHub names, and a file that cannot be written is passed over", async () => {
    await using folder = await createFolder({});
    const file = `${folder.path}/summary`;
    const outcome = outcomeWith();
    await appendStepSummary(file, outcome);
    await appendStepSummary(file, outcome);
    expect(await readFile(file, "utf8")).toBe(stepSummary(outcome).repeat(2));
    await appendStepSummary(folder.path, outcome);
    await appendStepSummary(undefined, outcome);
  });
});
