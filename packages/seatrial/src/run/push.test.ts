import { describe, expect, it } from "vitest";
import { fakeDocker } from "../compose/testing/docker.ts";
import type { PushedImage } from "../model/index.ts";
import { releaseError } from "../release/errors.ts";
import type { RunContext } from "./context.ts";
import { planWith, targetWith } from "./testing/plan.ts";
import { makeRunWorld } from "./testing/running.ts";

const digest = `sha256:${"8d09".repeat(16)}` as const;
const push = { repository: { registry: "registry.example", repository: "app" }, prefix: "candidate-1" };

const CACHE = { repository: "registry.example/app", stages: [], scopes: { reads: [""], writes: "" } };

/** A run that builds and pushes. */
async function run(
  pushing: NonNullable<RunContext["push"]>,
  { script = "exit 0", pushCache }: { script?: string; pushCache?: RunContext["pushCache"] } = {},
) {
  const docker = await fakeDocker(script);
  const images = ["release", "test"].map((key) => `seatrial/shop:${key}.r1`);
  await using world = await makeRunWorld({
    scripts: {},
    images,
    context: { env: docker.env, push: pushing, pushCache },
  });
  const targets = [targetWith("release"), targetWith("test")];
  const { outcome, exitCode } = await world.run(
    planWith({
      targets,
      push,
      buildEnvironment: { TOKEN: "t" },
      ...(pushCache === undefined ? {} : { cache: CACHE }),
    }),
  );
  const ends = world.events.flatMap((event) =>
    event.type === "node-finished" && event.node.name === "push" ? [event] : [],
  );
  return { outcome, exitCode, end: ends[0] };
}

function pushedOf(target: string): PushedImage {
  const reference = `registry.example/app@${digest}`;
  return { target, reference, digest, mediaType: "", size: 1, imageId: digest, layers: [], platform: "" };
}

describe("pushing what was built", () => {
  it("is a part of the run, which says where the images are", async () => {
    const seen: string[] = [];
    const { outcome, end } = await run(async ({ plan, images }) => {
      seen.push(`${plan.prefix}: ${images.map(({ target }) => target).join(", ")}`);
      const pushed = images.map(({ target }) => pushedOf(target));
      return {
        pushed: { version: 1, project: "shop", source: {}, release: "release", images: pushed },
        uploaded: ["release"],
      };
    });
    expect(seen).toEqual(["candidate-1: release, test"]);
    expect(outcome).toMatchObject({ status: "passed", pushed: [pushedOf("release"), pushedOf("test")] });
    expect(end).toMatchObject({
      state: "passed",
      note: "registry.example/app@sha256:8d09…",
      detail: "release",
    });
  });

  it("fails the run when the registry does, with its exit code", async () => {
    const { outcome, exitCode, end } = await run(async () => {
      throw releaseError({ code: "IMAGE_SWAPPED", message: "It is another one." });
    });
    expect(exitCode).toBe(1);
    expect(outcome).toMatchObject({
      status: "failed",
      problems: [{ code: "IMAGE_SWAPPED", subject: "push" }],
    });
    expect(end).toMatchObject({ state: "failed", problem: { code: "IMAGE_SWAPPED" } });
  });

  it("goes on when the build's cache cannot be written, and says so", async () => {
    const pushed = { version: 1, project: "shop", source: {}, release: "release", images: [] } as const;
    const { outcome } = await run(async () => ({ pushed: { ...pushed, images: [] }, uploaded: [] }), {
      pushCache: async ({ cache, stale, environment }) => {
        throw new Error(`no room for ${cache.repository}, stale: ${stale.length}, ${environment["TOKEN"]}`);
      },
    });
    expect(outcome).toMatchObject({
      status: "passed",
      warnings: [
        "the build's cache was not written to registry.example/app: no room for registry.example/app, stale: 0, t",
      ],
    });
  });

  it("is not begun when the build fails", async () => {
    const { outcome, end } = await run(() => Promise.reject(new Error("pushed")), { script: "exit 1" });
    expect(outcome.problems.map(({ code }) => code)).toEqual(["BUILD_FAILED"]);
    expect(end).toMatchObject({ state: "skipped" });
  });
});
