import { access } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import type { Outcome, PushedImages } from "../model/index.ts";
import {
  evidenceOf,
  makeReleaseWorld,
  outcomeOf,
  pushedOf,
  type ReleaseWorld,
} from "../release/testing/world.ts";
import { chooseImage, forgetOtherList } from "./choose-image.ts";
import type { ReleaseFlags } from "./flags.ts";
import { at } from "./testing/at.ts";

const [old, now] = [makeReleaseWorld(), makeReleaseWorld({ layers: ["base", "edited"] })];

const listOf = (world: ReleaseWorld): PushedImages => ({
  version: 1,
  project: "shop",
  source: { commit: "0123456789abcdef" },
  release: "release",
  images: [pushedOf(world)],
});

/** A run of this image that began at this minute. */
const runOf = (world: ReleaseWorld, minute: number, changes: Partial<Outcome> = {}) =>
  outcomeOf(world.identity, {
    run: `r${minute}`,
    startedAt: `2026-01-01T10:0${minute}:00.000Z`,
    ...changes,
  });

async function inProject(list?: unknown) {
  const here = await at({
    Dockerfile: "FROM debian AS release\n",
    "seatrial.yaml": "name: shop\n",
    ...(list === undefined ? {} : { ".seatrial/images.json": JSON.stringify(list) }),
  });
  const { environment } = here.surroundings;
  const project = await loadProject({ environment, builtin: async () => undefined });
  return {
    here,
    project,
    choose: (outcomes: Outcome[], flags: ReleaseFlags = {}) =>
      chooseImage({
        project,
        flags,
        cwd: here.path,
        found: { evidence: outcomes.map(evidenceOf), invalid: [], warnings: [] },
      }),
    hasList: () =>
      access(`${here.path}/.seatrial/images.json`).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
}

describe("the image of a release", () => {
  it("is the one that `build --push` listed, when no run is there or the newest is about it", async () => {
    await using at = await inProject(listOf(now));
    const listed = { kind: "pushed", image: { reference: now.image.manifest.digest } };
    expect(await at.choose([])).toMatchObject(listed);
    expect(await at.choose([runOf(old, 1), runOf(now, 2)])).toMatchObject(listed);
  });

  it("is not guessed when the list and the newest run are about two: both are named", async () => {
    await using at = await inProject(listOf(old));
    const chosen = at.choose([runOf(old, 1), runOf(now, 2)]);
    await expect(chosen).rejects.toThrow(/images\.json lists .* \(of commit 0123456789ab\), .* r2, /);
    await expect(chosen).rejects.toThrow(old.identity.imageId);
    await expect(chosen).rejects.toThrow(now.identity.imageId);
    await expect(chosen).rejects.toMatchObject({ code: "RELEASE_IMAGE_UNCLEAR", exitCode: 2 });
  });

  it("is that of a list which is named, whatever runs there are", async () => {
    await using at = await inProject(listOf(old));
    expect(await at.choose([runOf(now, 1)], { images: ".seatrial/images.json" })).toMatchObject({
      image: { reference: old.image.manifest.digest },
    });
  });

  it("is compared with runs of its own platform only", async () => {
    await using at = await inProject(listOf(old));
    const images = [{ ...now.identity, platform: "linux/arm64" }];
    expect(await at.choose([runOf(now, 1, { images })])).toMatchObject({ kind: "pushed" });
  });

  it.each([
    ["by its manifest", { images: [{ ...now.identity, imageId: now.image.manifest.digest }] }],
    ["as it lies in the registry", { images: [], pushed: [pushedOf(now)] }],
  ])("is the same when a run calls it %s", async (_how, changes) => {
    await using at = await inProject(listOf(now));
    expect(await at.choose([runOf(now, 1, changes)])).toMatchObject({ kind: "pushed" });
  });

  it("is that of the run that began last, in whatever order runs were found, where there is no list", async () => {
    await using at = await inProject();
    expect(await at.choose([runOf(old, 1), runOf(now, 3), runOf(old, 2)])).toMatchObject({
      kind: "held",
      run: "r3",
    });
    await expect(at.choose([runOf(now, 1, { project: "other" })])).toThrowWithCode("RELEASE_IMAGE_MISSING");
  });
});

describe("a run that ends with a release", () => {
  it.each([
    ["removes a list of another image", listOf(old), false],
    ["removes a list that is none", { version: 7 }, false],
    ["leaves the list of its own image", listOf(now), true],
  ])("%s", async (_what, list, stays) => {
    await using at = await inProject(list);
    await forgetOtherList(at.project, runOf(now, 1));
    expect(await at.hasList()).toBe(stays);
  });
});
