import { describe, expect, it } from "vitest";
import type { Outcome, PushedImage } from "../model/index.ts";
import { digestOf } from "../registry/index.ts";
import { COMMIT, evidenceOf, makeReleaseWorld, outcomeOf, pushedOf } from "./testing/world.ts";

const OTHER = digestOf(Buffer.from("another build"));

/** A registry whose list of pushed images and whose tests agree, and what its build says. */
function world() {
  const made = makeReleaseWorld();
  const { digest } = made.image.manifest;
  const listed = { ...made.identity, manifest: digest };
  const build = (pushed: Partial<PushedImage> = {}, changes: Partial<Outcome> = {}) =>
    outcomeOf(made.identity, {
      run: "r0",
      suites: [],
      images: [],
      pushed: [{ ...pushedOf(made), ...pushed }],
      ...changes,
    });
  return {
    ...made,
    build,
    async codes(builds: Outcome[], changes: object = {}) {
      const evidence = [...builds, outcomeOf(listed)].map(evidenceOf);
      const { problems } = await made.release({ found: { evidence, invalid: [], warnings: [] }, ...changes });
      return problems.map(({ code }) => code);
    },
  };
}

describe("a list of pushed images", () => {
  it("with another image than its build pushed is refused, although all tests follow it", async () => {
    const { build, codes } = world();
    expect(await codes([build()])).toEqual([]);
    expect(await codes([build({ imageId: OTHER })])).toEqual(["IMAGE_SWAPPED"]);
  });

  it("is held to no build that may have made another image", async () => {
    const { build, codes } = world();
    const changed = { source: { commit: COMMIT, dirty: true } };
    const earlier = { source: { commit: "badc0de0badc0de0badc0de0badc0de0badc0de0", dirty: false } };
    for (const builds of [
      [build({ imageId: OTHER }), build()],
      [build({ imageId: OTHER, platform: "linux/arm64" })],
      [build({ imageId: OTHER, target: "test" })],
      [build({ imageId: OTHER }, changed)],
      [build({ imageId: OTHER }, earlier)],
      [build({ imageId: OTHER }, { project: "theirs" })],
    ])
      expect(await codes(builds)).toEqual([]);
  });

  it("is not asked where nobody listed the image, or where it was pushed for this release", async () => {
    const { build, codes } = world();
    const builds = [build({ imageId: OTHER })];
    expect(await codes(builds, { expected: undefined })).toEqual([]);
    const traffic = { requests: 1, bytesUp: 0, blobBytesUp: 0, bytesDown: 0, blobsMounted: 0 };
    expect(await codes(builds, { pushed: { isNew: true, traffic } })).toEqual([]);
  });
});
