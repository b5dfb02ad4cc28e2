import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { givenImages, parseShard } from "./given-images.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const pushed = (target: string, letter: string) => ({
  target,
  reference: `registry.example/shop@${digest(letter)}`,
  digest: digest(letter),
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  size: 500,
  imageId: digest(letter),
  layers: [],
  platform: "linux/amd64",
});

describe("givenImages", () => {
  it("takes a file's images, but those that are named themselves", async () => {
    const images = [pushed("release", "a"), pushed("test", "b")];
    const text = JSON.stringify({ version: 1, project: "shop", source: {}, release: "release", images });
    await using folder = await makeFolder({ "images.json": text });
    const other = `registry.example/other@${digest("c")}`;
    const given = await givenImages({ images: "images.json", image: [`test=${other}`] }, folder.path);
    expect(given.map(({ target, reference }) => [target, reference])).toEqual([
      ["test", other],
      ["release", `registry.example/shop@${digest("a")}`],
    ]);
  });

  it("need no digest where they are only looked at", async () => {
    const image = ["debian:13", "test=localhost:5000/shop:1", "sha256:abc"];
    expect(await givenImages({ image, checks: "only" }, "/")).toEqual([
      { target: undefined, reference: "debian:13" },
      { target: "test", reference: "localhost:5000/shop:1" },
      { target: undefined, reference: "sha256:abc" },
    ]);
    await expect(givenImages({ image: ["debian:13"] }, "/")).toThrowWithCode("IMAGE_NOT_BY_DIGEST");
  });

  it("are none without a flag", async () => {
    expect(await givenImages({}, "/")).toEqual([]);
  });
});

describe("parseShard", () => {
  it("reads which of how many", () => {
    expect(parseShard("2/4")).toEqual({ index: 2, count: 4 });
  });

  it.each(["", "2", "0/4", "5/4", "2/4/6", "a/b", "-1/2", "1/9999"])("refuses %j", async (text) => {
    await expect(async () => parseShard(text)).toThrowWithCode("SHARD_INVALID");
  });
});
