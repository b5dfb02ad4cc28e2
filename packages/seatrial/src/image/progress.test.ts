import { expect, it } from "vitest";
import { createBuildProgress } from "./progress.ts";

function readStatuses(statuses: object[], sources: Record<string, string> = {}) {
  const notes: string[] = [];
  const output: string[] = [];
  const progress = createBuildProgress({
    onNote: (note) => notes.push(note),
    onOutput: (text) => output.push(text),
    sourceOf: (target) => sources[target],
  });
  for (const status of statuses) progress.write(`${JSON.stringify(status, undefined, 1)}\n`);
  progress.end();
  return { progress, notes, output };
}

const step = (digest: string, name: string, rest: object = {}) => ({
  digest,
  name,
  started: "t",
  completed: "t",
  ...rest,
});

it("counts steps of Dockerfiles once, however often they are told, and BuildKit's own not at all", () => {
  const { progress } = readStatuses([
    { vertexes: [step("1", "[internal] load build definition")] },
    { vertexes: [step("2", "[build 1/2] RUN x", { cached: true }), step("3", "[build 2/2] RUN y")] },
    {
      vertexes: [
        step("3", "[build 2/2] RUN y"),
        step("4", "[test] exporting to image"),
        step("5", "[test internal] load .dockerignore"),
      ],
    },
  ]);
  expect(progress.counts()).toEqual({ steps: 2, cached: 1 });
});

it("counts a step that several targets of one source share once, and as cached only if none of them ran it", () => {
  const { progress } = readStatuses(
    [
      {
        vertexes: [
          step("1", "[app assets 1/2] RUN a", { cached: true }),
          step("2", "[app assets 2/2] RUN b"),
        ],
      },
      {
        vertexes: [
          step("3", "[tests assets 1/2] RUN a", { cached: true }),
          step("4", "[tests assets 2/2] RUN b", { cached: true }),
          step("5", "[other assets 1/2] RUN a", { cached: true }),
        ],
      },
    ],
    { app: "Dockerfile", tests: "Dockerfile", other: "other/Dockerfile" },
  );
  expect(progress.counts()).toEqual({ steps: 3, cached: 2 });
});

it("names what is being done, but not what was cached", () => {
  const { notes } = readStatuses([
    { vertexes: [step("2", "[a 1/2] RUN x", { cached: true }), step("3", "[a 2/2] RUN y")] },
  ]);
  expect(notes).toEqual(["[a 2/2] RUN y"]);
});

it("names of what goes on the step that takes longest, and what BuildKit does by itself where there is none", () => {
  const begun = (digest: string, name: string) => ({ digest, name, started: "t" });
  const { notes } = readStatuses([
    { vertexes: [begun("1", "[internal] load metadata for docker.io/library/node:20")] },
    { vertexes: [step("1", "[internal] load metadata for docker.io/library/node:20")] },
    { vertexes: [begun("2", `[a a 1/3] FROM docker.io/library/node:20@sha256:${"0".repeat(64)}`)] },
    { vertexes: [{ digest: "2", completed: "t" }, begun("3", "[a a 2/3] RUN slow")] },
    { vertexes: [begun("4", "[a internal] load build context"), begun("5", "[a b 1/1] RUN other")] },
    { vertexes: [step("6", "[a c 1/1] RUN quick")] },
    { vertexes: [step("3", "[a a 2/3] RUN slow")] },
    { vertexes: [step("5", "[a b 1/1] RUN other")] },
    { vertexes: [step("4", "[a internal] load build context"), begun("7", "[a] exporting to image")] },
    { vertexes: [step("7", "[a] exporting to image")] },
  ]);
  expect(notes).toEqual([
    "[internal] load metadata for docker.io/library/node:20",
    "[a a 1/3] FROM docker.io/library/node:20",
    "[a a 2/3] RUN slow",
    "[a b 1/1] RUN other",
    "[a internal] load build context",
    "[a] exporting to image",
  ]);
});

it("names the step that failed, not those that were cancelled for it, with its last lines", () => {
  const data = Buffer.from("compiling\nboom\n").toString("base64");
  const { progress, output } = readStatuses([
    { vertexes: [step("1", "[a 1/1] RUN slow"), step("2", "[b 1/1] RUN make")] },
    { logs: [{ vertex: "2", stream: 1, data }] },
    {
      vertexes: [
        step("1", "[a 1/1] RUN slow", { error: "context canceled" }),
        step("2", "[b 1/1] RUN make", { error: "exit code: 2" }),
      ],
    },
  ]);
  expect(progress.failure()).toEqual({
    step: "[b 1/1] RUN make",
    error: "exit code: 2",
    lastLines: ["compiling", "boom"],
  });
  expect(output).toEqual(["compiling\nboom\n"]);
});

it("a cache that cannot be read is not why a build failed", () => {
  const { progress } = readStatuses([
    {
      vertexes: [
        step("1", "[a] importing cache manifest from localhost:5000/shop:cache-a", { error: "not found" }),
        step("2", "[a a 1/1] RUN make", { error: "exit code: 2" }),
      ],
    },
  ]);
  expect(progress.failure()?.step).toBe("[a a 1/1] RUN make");
});

it("counts the steps of each stage, once for all targets that have it", () => {
  const { progress } = readStatuses(
    [
      {
        vertexes: [
          step("1", "[release Build 1/2] COPY . .", { cached: true }),
          step("2", "[release Build 2/2] RUN make"),
          step("3", "[test Build 2/2] RUN make", { cached: true }),
          step("4", "[test test 1/1] COPY tests tests"),
          step("5", "[service-db build 1/1] RUN other"),
        ],
      },
    ],
    { release: "own", test: "own", "service-db": "other" },
  );
  expect(progress.stages(new Set(["release", "test"]))).toEqual(
    new Map([
      ["build", { steps: 2, cached: 1 }],
      ["test", { steps: 1, cached: 0 }],
    ]),
  );
});

it("says a target's key where bake says its own name for it", () => {
  const notes: string[] = [];
  const progress = createBuildProgress({
    onNote: (note) => notes.push(note),
    onOutput: () => undefined,
    keyOf: (name) => (name === "service-db_12345678" ? "service:db" : undefined),
    sourceOf: (key) => (key === "service:db" ? "other" : undefined),
  });
  const vertexes = [step("1", "[service-db_12345678 build 1/1] RUN x"), step("2", "[stage-1 1/2] RUN y")];
  progress.write(JSON.stringify({ vertexes }));
  expect(notes).toEqual(["[service:db build 1/1] RUN x", "[stage-1 1/2] RUN y"]);
  expect(progress.stages(new Set(["service:db"]))).toEqual(new Map([["build", { steps: 1, cached: 0 }]]));
});

it("joins a line that arrives in pieces", () => {
  const log = (text: string) => ({
    logs: [{ vertex: "1", stream: 2, data: Buffer.from(text).toString("base64") }],
  });
  const { progress } = readStatuses([
    { vertexes: [step("1", "[a 1/1] RUN x")] },
    log("sh: 1: "),
    log("cannot open it\n\nnext"),
    log(" line"),
    { vertexes: [step("1", "[a 1/1] RUN x", { error: "exit code: 2" })] },
  ]);
  expect(progress.failure()?.lastLines).toEqual(["sh: 1: cannot open it", "next line"]);
});

it("keeps what is no status: the plugin's own messages", () => {
  const progress = createBuildProgress({ onNote: () => undefined, onOutput: () => undefined });
  progress.write("ERROR: failed to find target nope\n");
  expect(progress.messages()).toEqual(["ERROR: failed to find target nope"]);
  expect(progress.failure()).toBeUndefined();
});
