import { describe, expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import type { Digest } from "../model/index.ts";
import { parseGivenImage, takeGivenImages } from "./given.ts";

const signal = new AbortController().signal;
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const reference = `registry.example:5000/shop@${digest("a")}`;
const common = { project: "shop", run: "r1", onNote: () => undefined, signal };

describe("parseGivenImage", () => {
  it.each([
    [reference, { target: undefined, reference }],
    [`test=${reference}`, { target: "test", reference }],
  ])("reads %s", (text, parsed) => {
    expect(parseGivenImage(text)).toEqual(parsed);
  });

  it.each(["shop:latest", digest("a"), "test=shop", `=${reference}`, `shop@sha256:${"a".repeat(63)}`, ""])(
    "refuses %j, which may be another image tomorrow",
    async (text) => {
      await expect(async () => parseGivenImage(text)).toThrowWithCode("IMAGE_NOT_BY_DIGEST");
    },
  );
});

describe("takeGivenImages", () => {
  it("pulls what the engine lacks, and holds it by a tag of the run", async () => {
    const engine = createMemoryEngine({ registry: [{ reference }] });
    const notes: string[] = [];
    const given = [{ target: "release", reference }];
    const [image] = await takeGivenImages({
      ...common,
      engine,
      given,
      onNote: (note) => void notes.push(note),
    });
    expect(notes[0]).toBe(`pulling ${reference}`);
    expect(image).toMatchObject({ target: "release", manifest: digest("a") });
    expect((await engine.images.inspect("seatrial/shop:release.r1", signal))?.id).toBe(image?.imageId);
  });

  it("takes one that is there without a pull", async () => {
    const engine = createMemoryEngine({ images: [{ reference }] });
    const notes: string[] = [];
    await takeGivenImages({
      ...common,
      engine,
      given: [{ target: "release", reference }],
      onNote: (note) => void notes.push(note),
    });
    expect(notes).toEqual([]);
  });

  it.each([
    ["id", { imageId: digest("b") }],
    ["layers", { layers: [digest("c")] }],
  ])("refuses an image with another %s than the one that was built", async (_what, claim) => {
    const engine = createMemoryEngine({ images: [{ reference }] });
    const given = [{ target: "release", reference, ...claim }];
    await expect(takeGivenImages({ ...common, engine, given })).toThrowWithCode("IMAGE_NOT_SAME");
  });

  it("knows an image by its manifest too, as the containerd store names it", async () => {
    const engine = createMemoryEngine({ images: [{ reference }] });
    const details = await engine.images.inspect(reference, signal);
    if (details === undefined) throw new Error("the image is there");
    const byManifest = { ...details, id: digest("a") };
    const inspect = async () => byManifest;
    const tag = async () => undefined;
    const images = { ...engine.images, inspect, tag };
    const given = [{ target: "release", reference, imageId: digest("b") }];
    const [image] = await takeGivenImages({ ...common, engine: { ...engine, images }, given });
    expect(image?.imageId).toBe(digest("a"));
  });
});
