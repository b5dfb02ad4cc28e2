import { describe, expect, it } from "vitest";
import type { NodeRef, Outcome, TestResult } from "../model/index.ts";
import { formatEnding } from "./ending.ts";
import { createRunView, type Warning } from "./state.ts";
import { createStyle } from "./style.ts";
import { outcomeWith, suiteWith, testWith } from "./testing/outcome.ts";

function ending(options: {
  outcome?: Partial<Outcome>;
  tests?: TestResult[];
  warnings?: Warning[];
}): string[] {
  const view = createRunView();
  for (const [at, test] of (options.tests ?? []).entries()) {
    view.take({ seq: at + 1, at, type: "test-finished", suite: "unit", shard: 1, test });
  }
  return formatEnding({
    outcome: outcomeWith({ status: "failed", ...options.outcome }),
    view,
    warnings: options.warnings ?? [],
    folder: "/p/r1",
    style: createStyle(false),
  });
}

const failing = (changes: Partial<TestResult> = {}) => testWith({ status: "failed", ...changes });
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join("\n");

describe("the ending of a run", () => {
  it("shows a failing test's name, message and last output, its services' last lines, and where the logs are", () => {
    const serviceLines = [{ service: "db", log: "logs/db.log", lines: ["LOG: ready", "ERROR: no table"] }];
    const lines = ending({
      tests: [failing({ message: "expected 3\ngot 4", output: "before\n\nafter\n" })],
      outcome: {
        suites: [suiteWith({ status: "failed", counts: { passed: 0, failed: 1, skipped: 0 }, serviceLines })],
      },
    });
    expect(lines).toEqual([
      "",
      "✖ unit › cart › TestAdd 0.0 s",
      "  expected 3",
      "  got 4",
      "  │ before",
      "  │ after",
      "",
      "db said last (whole log: /p/r1/logs/db.log)",
      "  │ LOG: ready",
      "  │ ERROR: no table",
      "",
      "failed: 1 failed in 4.2 s",
      "results: /p/r1",
    ]);
  });

  it("tells once what several suites heard of a service, and everything that differs", () => {
    const said = (last: string) => [{ service: "db", log: "logs/db.log", lines: ["ready", last] }];
    const suites = ["one", "one", "two"].map((last, at) =>
      suiteWith({ name: `s${at}`, status: "failed", serviceLines: said(last) }),
    );
    const lines = ending({ outcome: { suites } });
    expect(lines.filter((line) => line.startsWith("  │"))).toEqual([
      "  │ ready",
      "  │ one",
      "  │ ready",
      "  │ two",
    ]);
  });

  it("has a verdict that names what failed when no test did, the root of it rather than what follows", () => {
    const verdictOf = (failed: NodeRef[], changes: Partial<Outcome> = {}) => {
      const view = createRunView();
      for (const [at, node] of failed.entries())
        view.take({ seq: at, at, type: "node-finished", node, state: "failed", duration: 1 });
      const suites = [suiteWith({ counts: { passed: 78, failed: 0, skipped: 1 } })];
      const outcome = outcomeWith({ status: "failed", suites, ...changes });
      const style = createStyle(false);
      return formatEnding({ outcome, view, warnings: [], folder: "/p/r1", style }).at(-2);
    };
    const app: NodeRef = { kind: "service", name: "app" };
    const api: NodeRef = { kind: "suite", name: "api" };
    const tests = "78 passed, 1 skipped in 4.2 s";
    expect(verdictOf([app, api])).toBe(`failed: service app; ${tests}`);
    expect(verdictOf([api])).toBe(`failed: suite api; ${tests}`);
    expect(verdictOf([{ kind: "coverage", name: "coverage" }])).toBe(`failed: coverage; ${tests}`);
    const many = ["a", "b", "c", "d", "e"].map((name): NodeRef => ({ kind: "service", name }));
    expect(verdictOf(many)).toBe(`failed: service a, service b, service c, 2 more; ${tests}`);
    const problems = [{ code: "RESULTS_NOT_WRITABLE", message: "no room" }];
    expect(verdictOf([], { problems })).toBe(`failed: RESULTS_NOT_WRITABLE; ${tests}`);
    expect(verdictOf([app], { suites: [] })).toBe("failed: service app in 4.2 s");
    expect(verdictOf([], { status: "passed" })).toBe(`passed: ${tests}`);
  });

  it("tells once what several suites have failed for", () => {
    const problem = { code: "TEMPLATE_FAILED", message: "no template", lastLines: ["no such column"] };
    const lines = ending({
      outcome: {
        suites: ["a", "b"].map((name) =>
          suiteWith({ name, status: "failed", problem: { ...problem, subject: name } }),
        ),
      },
    });
    expect(lines.filter((line) => line.includes("no template"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("no such column"))).toHaveLength(1);
  });

  it("tells of checks what failed, how large the images are, and what kept them from being carried out", () => {
    const size = { imageId: "sha256:a", layers: 3 } as const;
    const lines = ending({
      outcome: {
        check: {
          status: "failed",
          imageId: "sha256:a",
          counts: { passed: 4, failed: 1, skipped: 0 },
          duration: 10,
          results: [],
          reading: {
            release: { ...size, uncompressed: 18_200_000, transferred: 7_000_000 },
            test: { ...size, uncompressed: 412_000_000, transferred: 150_000_000 },
            waste: { own: 0, base: 1_700_000, paths: [] },
            difference: {
              untested: { count: 1, paths: ["/srv/app.py"] },
              unshipped: { count: 4, paths: ["/bin/pytest", "/bin/gcc", "/bin/git", "/bin/nano"] },
            },
          },
          problem: { code: "ENGINE_UNREACHABLE", message: "The engine is away." },
        },
      },
    });
    expect(lines.join("\n")).toContain("The engine is away.");
    expect(lines.slice(-8)).toEqual([
      "release image: 18.2 MB in 3 layers, about 7.0 MB with gzip",
      "test image:    412 MB in 3 layers, about 150 MB with gzip: multi-stage saved 394 MB, 143 MB to transfer",
      "difference:    not in the test image, or other ones there: 1 path: /srv/app.py",
      "               in the test image alone: 4 paths: /bin/pytest, /bin/gcc, /bin/git, …",
      "waste:         0 B in the project's own layers, 1.7 MB in those of the base image",
      "",
      "failed: 1 failed, 4 passed in 4.2 s",
      "results: /p/r1",
    ]);
  });

  it("shows problems with what, where, last lines and the next step, once each", () => {
    const text = ending({
      outcome: {
        problems: [
          {
            code: "SERVICE_EXITED",
            message: "db ended",
            hint: "look\nhere",
            subject: "db",
            lastLines: ["panic"],
          },
        ],
        suites: [suiteWith({ status: "failed", problem: { code: "SUITE_EMPTY", message: "no test ran" } })],
      },
    }).join("\n");
    expect(text).toContain("✖ db ended [SERVICE_EXITED]\n  │ panic\n  hint: look\n  hint: here");
    expect(text.split("[SUITE_EMPTY]")).toHaveLength(2);
  });

  it("keeps to a budget of lines, whatever fails, and says where the rest is", () => {
    const tests = Array.from({ length: 500 }, (_, at) =>
      failing({ name: `Test${at}`, message: numbered(100), output: numbered(1_000) }),
    );
    const warnings = Array.from({ length: 500 }, (_, at) => ({ message: `warning ${at}` }));
    const lines = ending({ tests, warnings });
    expect(lines.length).toBeLessThan(250);
    expect(lines).toContain("… and 488 more failing tests: /p/r1/junit.xml");
    expect(lines).toContain("… and 490 more warnings: /p/r1/outcome.json");
    expect(lines).toContain("  │ … 975 earlier lines");
    expect(lines).toContain("  │ line 1000");
  });

  it("cuts lines that would fill a screen by themselves", () => {
    const long = "z".repeat(100_000);
    const lines = ending({
      tests: [failing({ name: long, message: long, output: long })],
      outcome: { problems: [{ code: "X", message: long, hint: long, lastLines: [long] }] },
    });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500);
  });

  it("lets no test or service steer the reader's terminal", () => {
    const evil = "\u001b[2J\u001b]0;title\u0007\u009b31m\rred\u0008";
    const lines = ending({
      tests: [failing({ name: `a\nb ${evil}`, message: evil, output: evil })],
      outcome: {
        suites: [suiteWith({ serviceLines: [{ service: "db", log: "logs/db.log", lines: [evil] }] })],
        problems: [{ code: "X", message: evil, hint: evil, lastLines: [evil] }],
      },
      warnings: [{ message: evil, hint: evil }],
    });
    expect(lines.filter((line) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(line))).toEqual([]);
    expect(lines[1]).toContain("a b ");
  });

  it("sums up every suite in one line", () => {
    const counts = { passed: 2, failed: 0, skipped: 1 };
    const suites = [suiteWith({ counts }), suiteWith({ name: "api", counts })];
    expect(ending({ outcome: { status: "passed", suites } }).at(-2)).toBe(
      "passed: 4 passed, 2 skipped in 4.2 s",
    );
    expect(ending({ outcome: { status: "stopped" } }).at(-2)).toBe("stopped in 4.2 s");
  });
});
