import { expect, test, vi } from "vitest";
import type { SuiteSpec } from "../../model/index.ts";
import { runLocalShard, tempPlace } from "../testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const printing = (text: string, code = 0): Partial<SuiteSpec> => ({
  runner: "tap",
  command: ["sh", "-c", `printf '%s\\n' "$0"; exit ${code}`, text],
});

test("each point is a test, reported while the command still runs", async () => {
  await using place = await tempPlace();
  const script = "console.log('1..2\\nok 1 - first\\nok 2 - second'); setTimeout(() => {}, 60_000)";
  const stop = new AbortController();
  const seen: string[] = [];
  const run = await runLocalShard({
    place,
    spec: { runner: "tap", command: ["node", "-e", script] },
    more: {
      signal: stop.signal,
      emit(event) {
        if (event.type === "test-finished") seen.push(event.test.name);
        // Without the point it would run into its limit. What follows a point may still belong to it, so the last one waits for the end.
        stop.abort(new Error("seen"));
      },
    },
  });
  expect(run.status).toBe("stopped");
  expect(seen).toEqual(["first", "second"]);
});

test("a good run has no problem", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: printing("TAP version 14\n1..1\nok 1 - a") });
  expect(run).toMatchObject({ status: "passed", counts: { passed: 1 }, problems: [] });
});

test.each([
  ["hello", 0, "RESULTS_MISSING"],
  ["1..3\nok 1", 0, "RESULTS_BROKEN"],
  ["1..3\nok 1\nBail out! no database", 255, "TAP_BAILED_OUT"],
  ["1..1\nok 1", 7, "SUITE_RESULTS_DISAGREE"],
  ["1..1\nnot ok 1", 0, "SUITE_RESULTS_DISAGREE"],
])("%j with exit code %i is the problem %s", async (text, code, expected) => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: printing(text, code) });
  expect(run).toMatchObject({ status: "failed", problems: [{ code: expected }] });
});
