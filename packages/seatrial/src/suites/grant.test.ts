import { describe, expect, test, vi } from "vitest";
import { ToolError } from "../support/error.ts";
import type { GrantProcess } from "./grant.ts";
import { writeGoBinary } from "./testing/programs.ts";
import { runLocalShard, tempPlace } from "./testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const node = (script: string) => ["node", "-e", script];

/** Gives each process the next number in `MINE`. */
function numbers() {
  const given: string[] = [];
  const released: string[] = [];
  const grant: GrantProcess = async (process) => {
    given.push(process);
    const mine = String(given.length);
    return {
      env: { MINE: mine },
      release: async (outcome) => void released.push(`${mine} ${process} ${outcome}`),
    };
  };
  return { given, released, grant };
}

describe("what processes are granted", () => {
  test("is in the environment of a suite's only process, and given back as its tests ended", async () => {
    await using place = await tempPlace();
    for (const [code, outcome] of [
      [0, "passed"],
      [1, "failed"],
    ] as const) {
      const { grant, released } = numbers();
      const command = node(`console.log("mine is", process.env.MINE); process.exit(${code})`);
      const run = await runLocalShard({ place, spec: { command }, more: { grant } });
      expect(run.text).toBe("mine is 1\n");
      expect(released).toEqual([`1  ${outcome}`]);
    }
  });

  test("is each Go binary's own, and failed is only the one with a failing test", async () => {
    await using place = await tempPlace();
    const body = 'echo "mine is $MINE"';
    await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestA"], body });
    const broken = `${body}; echo "$mark--- FAIL: $test (0.00s)"; exit 1`;
    await writeGoBinary(`${place.root}/out/b.test`, { tests: ["TestB"], body: broken });
    const { grant, released, given } = numbers();
    const spec = { runner: "go", binaries: `${place.root}/out` } as const;
    const run = await runLocalShard({ place, spec, more: { grant } });
    expect(given.sort()).toEqual(["a", "b"]);
    expect(released.map((each) => each.slice(2)).sort()).toEqual(["a passed", "b failed"]);
    expect(run.text).toContain("mine is 1");
    expect(run.text).toContain("mine is 2");
  });

  test("is one thing for a Go binary that is started twice, since it refuses framing", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestA"], refusesFraming: true });
    const { grant, released } = numbers();
    const spec = { runner: "go", binaries: `${place.root}/out` } as const;
    await runLocalShard({ place, spec, more: { grant } });
    expect(released).toEqual(["1 a passed"]);
  });

  test("is there when tests are only listed, as a TestMain may need it", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestA", "TestB"] });
    const { grant, released } = numbers();
    const spec = { runner: "go", binaries: `${place.root}/out` } as const;
    const run = await runLocalShard({ place, spec, shard: { index: 1, count: 2 }, more: { grant } });
    expect(run.counts).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(released).toEqual(["1 a passed", "2 a passed"]);
  });
});

describe("what cannot be granted", () => {
  const refusal = () =>
    new ToolError({
      code: "TEMPLATE_FAILED",
      message: "no template",
      lastLines: ["syntax error"],
      exitCode: 1,
    });
  const grant: GrantProcess = async () => {
    throw refusal();
  };

  test("is a problem of the suite, whose command is not started", async () => {
    await using place = await tempPlace();
    const run = await runLocalShard({
      place,
      spec: { command: node("console.log('ran')") },
      more: { grant },
    });
    expect(run.status).toBe("failed");
    expect(run.problems).toMatchObject([
      { code: "TEMPLATE_FAILED", message: "no template", subject: "unit", lastLines: ["syntax error"] },
    ]);
    expect(run.text).toBe("");
  });

  test("ends a Go suite before its other packages, which are named", async () => {
    await using place = await tempPlace();
    for (const name of ["a", "b", "c"])
      await writeGoBinary(`${place.root}/out/${name}.test`, { tests: ["TestX"] });
    const spec = { runner: "go", binaries: `${place.root}/out`, parallel: 1 } as const;
    const run = await runLocalShard({ place, spec, more: { grant } });
    expect(run.problems).toMatchObject([{ code: "TEMPLATE_FAILED" }]);
    const warnings = run.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings.join()).toContain("before these packages were tested: b, c");
  });

  test("because the suite was stopped is no problem of its own", async () => {
    await using place = await tempPlace();
    const stop = new AbortController();
    const waiting: GrantProcess = (_process, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        stop.abort(new Error("enough"));
      });
    for (const spec of [{ command: node("") }, { runner: "go", binaries: `${place.root}/out` } as const]) {
      await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestX"] });
      const run = await runLocalShard({ place, spec, more: { grant: waiting, signal: stop.signal } });
      expect(run).toMatchObject({ status: "stopped", problems: [] });
    }
  });
});
