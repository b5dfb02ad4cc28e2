import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { freePort } from "./support/free-port.ts";
import { latestOutcome, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type SecondEngine, startSecondEngine } from "./support/second-engine.ts";
import { smallBase } from "./support/small-base.ts";

const BASE = await smallBase();
const port = await freePort();
const registry = `seatrial-e2e-cache-${process.pid}`;
const name = projectNames("build-cache")("shop");
let engine: SecondEngine;

beforeAll(async () => {
  engine = await startSecondEngine({ port });
  await engine.load(BASE);
  await docker("run", "--detach", "--name", registry, "--publish", `127.0.0.1:${port}:5000`, "registry:2");
});
afterAll(async () => {
  await docker("rm", "--force", "--volumes", registry);
  await engine?.[Symbol.asyncDispose]();
});

/** Each step leaves something else whenever it runs, so that equal images were not made twice. */
const files = {
  Dockerfile: `
FROM ${BASE} AS tools
RUN date +%s%N > /tools
FROM tools AS compile
COPY lib lib
RUN cat lib/* > /library; date +%s%N >> /library
COPY src src
RUN cat src/* > /program; date +%s%N >> /program
FROM ${BASE} AS dependencies
COPY lock .
RUN date +%s%N > /dependencies
FROM ${BASE} AS release
COPY --from=dependencies /dependencies /dependencies
COPY --from=compile /library /library
COPY --from=compile /program /program
FROM release AS test
COPY tests /tests`,
  lock: "1",
  "lib/a": "1",
  "src/a": "1",
  "tests/a": "1",
  "seatrial.yaml": `
name: ${name}
image: { release: release, test: test }
suites: { unit: { command: "true" } }
release: { repository: "localhost:${port}/shop", tags: v1, cache: true }`,
};

async function build(example: TestProject, args: string[], env: Record<string, string> = {}) {
  const ended = await seatrial(["build", ...args], { cwd: example.folder, env });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const outcome = await latestOutcome(example.folder);
  const events = await readFile(`${example.folder}/.seatrial/latest/events.ndjson`, "utf8");
  const notes = [...events.matchAll(/"name":"build"[^\n]*"note":"\[\S+ (\S+) \d+\/\d+\] ([^"]*)"/g)];
  const ids = Object.fromEntries(outcome.images.map(({ target, imageId }) => [target, imageId]));
  const ran = new Set(notes.map(([, stage, step]) => `${stage}: ${step?.replace(/;.*/, "")}`));
  return { ids, ran: [...ran].sort(), warnings: outcome.warnings };
}

describe("an engine that starts empty", () => {
  it("takes all steps from the registry, gets the image of the engine that ran them, and later asks nobody", async () => {
    await using example = await project(files);
    await example.write("lib/a", example.folder);
    const first = await build(example, ["--push"]);
    expect(first.warnings).toEqual([]);
    const second = await build(example, [], engine.env);
    expect(second).toEqual({ ids: first.ids, ran: [], warnings: [] });

    const asked = await docker("logs", registry);
    expect(asked).toContain("cache-compile");
    expect(await build(example, [], engine.env)).toEqual(second);
    expect(await docker("logs", registry)).toBe(asked);
    await engine.empty({ keep: [BASE] });
  }, 240_000);

  it("runs the steps that a change concerns, and no other, build after build", async () => {
    await using example = await project(files);
    await example.write("lib/a", example.folder);
    await build(example, ["--push"]);
    for (const change of ["2", "3"]) {
      await example.write("src/a", change);
      const { ran, warnings } = await build(example, ["--push"], engine.env);
      expect({ ran, warnings }).toEqual({
        ran: [
          "compile: COPY src src",
          "compile: RUN cat src/* > /program",
          "release: COPY --from=compile /program /program",
          "test: COPY tests /tests",
        ],
        warnings: [],
      });
      await engine.empty({ keep: [BASE] });
    }
  }, 240_000);

  it("takes the steps of its own branch, whatever others have written since", async () => {
    await using example = await project({ ...files, ".gitignore": ".seatrial" });
    await example.write("lib/a", example.folder);
    await commit(example.folder);
    // As CI systems do, a commit is checked out, and no branch.
    await promisify(execFile)("git", ["-C", example.folder, "checkout", "--quiet", "--detach"]);
    const on = (branch: string) => ({ ...engine.env, CI_COMMIT_BRANCH: branch, CI_DEFAULT_BRANCH: "trunk" });
    const first = await build(example, ["--push"], on("trunk"));
    await engine.empty({ keep: [BASE] });

    await example.write("lock", "2");
    const feature = await build(example, ["--push"], on("feature/lock"));
    expect(feature.ran).toContain("dependencies: COPY lock .");
    expect(feature.ran).not.toContain("compile: COPY lib lib");
    await engine.empty({ keep: [BASE] });

    await example.write("lock", "1");
    expect(await build(example, ["--push"], on("trunk"))).toEqual({ ids: first.ids, ran: [], warnings: [] });
    await engine.empty({ keep: [BASE] });
  }, 240_000);
});
