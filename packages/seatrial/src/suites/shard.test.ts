import { readFile } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { ToolError } from "../support/error.ts";
import { localAgent } from "./testing/local-agent.ts";
import { writeProgram } from "./testing/programs.ts";
import { runLocalShard, tempPlace } from "./testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const node = (script: string) => ["node", "-e", script];
const RESULT = "require('node:fs').writeFileSync(process.env.SEATRIAL_RESULTS + '/kept.txt', 'kept');";
const HANG = "setInterval(() => {}, 1000);";
const HANG_SH = "while :; do sleep 0.05; done";

describe("the limit", () => {
  test("ends a suite that hangs; what it left and said is kept, and what ran is named", async () => {
    await using place = await tempPlace();
    const command = [
      "sh",
      "-c",
      `trap '' TERM; echo kept >$SEATRIAL_RESULTS/kept.txt; echo working; ${HANG_SH}`,
    ];
    const run = await runLocalShard({ place, spec: { command, timeout: 1_500 }, more: { grace: 50 } });
    expect(run).toMatchObject({ status: "failed", counts: { failed: 1 }, collected: { files: 1 } });
    expect(run.problems).toMatchObject([{ code: "SUITE_TIMED_OUT", lastLines: ["working"] }]);
    expect(run.problems[0]?.message).toContain("$SEATRIAL_RESULTS/kept.txt");
    expect(run.tests[0]?.message).toBe("was still running when the suite's limit of 1.5 s was reached");
    expect(run.agent.signals).toEqual(["TERM", "KILL"]);
    expect(await readFile(`${place.host}/kept.txt`, "utf8")).toBe("kept\n");
    expect(run.duration).toBeLessThan(5_000);
  });

  test("names the tests that were running, and keeps those that were done", async () => {
    await using place = await tempPlace();
    await writeProgram(
      `${place.root}/out/a.test`,
      `const m = "\\x16"; console.log(m + "=== RUN   TestDone\\n" + m + "--- PASS: TestDone (0.00s)\\n" + m + "=== RUN   TestHangs"); ${HANG}`,
    );
    const run = await runLocalShard({
      place,
      // Long enough for a busy machine to start the binary.
      spec: { runner: "go", binaries: `${place.root}/out`, timeout: 3_000 },
    });
    expect(run.counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(run.problems[0]?.message).toMatch(/running then: a TestHangs \(\d\.\d s\)/);
  });
});

describe("stopping", () => {
  test("ends the suite as stopped, and takes its files all the same", async () => {
    await using place = await tempPlace();
    const stop = new AbortController();
    const run = runLocalShard({
      place,
      spec: { command: node(`${RESULT} console.log('up'); ${HANG}`) },
      more: {
        signal: stop.signal,
        log: { write: async () => stop.abort(new Error("stopped by the user")), lastLines: () => [] },
      },
    });
    expect(await run).toMatchObject({ status: "stopped", problems: [], collected: { files: 1 } });
    expect((await run).tests[0]?.message).toBe("did not finish: it was stopped");
  });
});

test("a lost agent leaves what had streamed by then, and says so once", async () => {
  await using place = await tempPlace();
  const agent = localAgent();
  const script = "console.log('1..2\\nok 1 - first\\n# go on'); setInterval(() => {}, 1000)";
  const run = await runLocalShard({
    place,
    agent,
    spec: { runner: "tap", command: node(script) },
    more: { log: { write: async () => agent.lose(), lastLines: () => [] } },
  });
  expect(run).toMatchObject({ status: "failed", counts: { passed: 1 }, problems: [{ code: "AGENT_LOST" }] });
});

test.each([
  { how: "ended", exit: Promise.resolve({ exitCode: 137 }), blamed: [] },
  {
    how: "cannot be asked after",
    exit: refused("ENGINE_CONNECTION_LOST"),
    blamed: ["ENGINE_CONNECTION_LOST"],
  },
  { how: "is not answered for", exit: new Promise<never>(() => undefined), blamed: ["AGENT_LOST"] },
])("a lost agent whose container $how is the engine's failure unless it ended", async ({ exit, blamed }) => {
  await using place = await tempPlace();
  const agent = localAgent();
  const told: string[] = [];
  const run = await runLocalShard({
    place,
    spec: { command: node("console.log('on'); setInterval(() => {}, 1000)") },
    more: {
      workload: { agent, exit },
      log: { write: async () => agent.lose(), lastLines: () => [] },
      onEngineLost: (error) => void told.push(error.code),
    },
  });
  expect(run.problems).toMatchObject([{ code: "AGENT_LOST" }]);
  expect(told).toEqual(blamed);
});

function refused(code: string): Promise<never> {
  const refusal = Promise.reject(new ToolError({ code, message: "cut" }));
  refusal.catch(() => undefined);
  return refusal;
}

test("processes see where they are and what they may use", async () => {
  await using place = await tempPlace();
  const names = [
    "CI",
    "SEATRIAL_RUN",
    "SEATRIAL_SUITE",
    "SEATRIAL_SHARD",
    "SEATRIAL_SHARDS",
    "SEATRIAL_RESULTS",
    "COLOUR",
  ];
  const run = await runLocalShard({
    place,
    spec: {
      command: node(`console.log(${JSON.stringify(names)}.map((name) => process.env[name]).join(" "))`),
      env: { COLOUR: "red" },
    },
    shard: { index: 2, count: 3 },
    more: { host: { CI: "true", SECRET: "not passed on" } },
  });
  expect(run.text).toBe(`true r1 unit 2 3 ${place.results} red\n`);
  expect(run.agent.specs[0]?.env).not.toHaveProperty("SECRET");
});

test("files of the suite are placed before it starts", async () => {
  await using place = await tempPlace();
  const target = `${place.root}/config/app.ini`;
  const run = await runLocalShard({
    place,
    spec: {
      command: ["cat", target],
      files: [{ from: { kind: "content", content: "a=1\n", secret: false }, target }],
    },
  });
  expect(run.text).toBe("a=1\n");
});

test("a test name with control characters, ]]> and <script> arrives as it is", async () => {
  await using place = await tempPlace();
  const name = "a \u0007 ]]> <script>alert(1)</script> \u202e";
  const command = ["printf", "%s\\n", `1..1\nok 1 - ${name}`];
  const run = await runLocalShard({ place, spec: { runner: "tap", command } });
  expect(run.tests).toMatchObject([{ name, status: "passed" }]);
});
