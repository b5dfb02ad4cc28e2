import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { fakeDocker } from "../compose/testing/docker.ts";
import type { RunEvent } from "../model/index.ts";
import { appService } from "../services/index.ts";
import { planWith, suiteWith, targetWith } from "./testing/plan.ts";
import { makeRunWorld, type Scripts } from "./testing/running.ts";

const signal = new AbortController().signal;
const passing: FakeAgentOptions = { processes: () => [{ exit: 0 }] };
const app = {
  name: "app",
  target: "release",
  ports: [],
  env: {},
  command: ["serve"],
  readiness: { probes: [], deadline: 5_000 },
};
const serving: FakeAgentOptions = {
  async *processes(_spec, io) {
    yield { stdout: "up\n" };
    await io.nextSignal();
  },
};

/** A run whose docker does this; the images that a build would make are there. */
async function build(script: string, plan: Parameters<typeof planWith>[0], scripts: Scripts = {}) {
  const docker = await fakeDocker(script);
  const images = ["release", "test"].map((key) => `seatrial/shop:${key}.r1`);
  await using world = await makeRunWorld({
    scripts: { unit: passing, app: serving, ...scripts },
    images,
    context: { env: docker.env },
  });
  const targets = [targetWith("release"), targetWith("test")];
  const { outcome, exitCode } = await world.run(planWith({ targets, ...plan }));
  const held = await Promise.all(images.map((image) => world.engine.images.inspect(image, signal)));
  return {
    outcome,
    exitCode,
    events: world.events,
    held: held.filter((image) => image !== undefined),
    left: await world.left(),
  };
}

const buildEnds = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === "node-finished" && event.node.kind === "build" ? [event.state] : [],
  );
const target = (key: string) => ({ kind: "target", target: key }) as const;

describe("a build that works", () => {
  it("is told with who its images are, which the run holds only as long as it needs them", async () => {
    const { outcome, exitCode, events, held } = await build("exit 0", {});
    expect(exitCode).toBe(0);
    expect(outcome.images.map((image) => image.target)).toEqual(["release", "test"]);
    expect(outcome.build).toEqual({ duration: expect.any(Number), steps: 0, cached: 0 });
    expect(buildEnds(events)).toEqual(["passed"]);
    expect(held).toEqual([]);
  });

  it.each([
    ["in the release image", { image: target("release") }, "identical"],
    ["in another image", { image: target("test") }, "sibling"],
    [
      "in another image, with the release as its app",
      { image: target("test"), needs: ["app"], app },
      "black-box",
    ],
    ["in a published image, with the release as its app", { needs: ["app"], app }, "black-box"],
    ["in a published image", {}, undefined],
  ])("proves of a suite %s what it can", async (_title, changes, proof) => {
    const services = "app" in changes ? [appService(app, [])] : [];
    const { outcome, exitCode } = await build("exit 0", { services, suites: [suiteWith(changes)] });
    expect(exitCode).toBe(0);
    expect(outcome.suites[0]?.proof?.kind).toBe(proof);
  });
});

describe("a build that fails", () => {
  it("ends the run with code 1: what needs its images is not run, and nothing of it is held", async () => {
    const { outcome, exitCode, events, held, left } = await build("echo 'ERROR: no such stage' >&2; exit 1", {
      suites: [suiteWith({ image: target("test") })],
    });
    expect(exitCode).toBe(1);
    expect(outcome).toMatchObject({
      status: "failed",
      images: [],
      problems: [{ code: "BUILD_FAILED", subject: "build" }],
      suites: [{ status: "skipped" }],
    });
    expect(outcome.build).toBeUndefined();
    expect(buildEnds(events)).toEqual(["failed"]);
    expect(held).toEqual([]);
    expect(left).toEqual([]);
  });

  it("is one that made nothing in this engine, whatever its exit code says", async () => {
    const { outcome, exitCode } = await build("exit 0", { targets: [targetWith("elsewhere")] });
    expect(exitCode).toBe(3);
    expect(outcome.problems).toMatchObject([{ code: "BUILD_IMAGE_LOST" }]);
  });
});
