import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { readPushedImages } from "./pushed.ts";

const digest = `sha256:${"a".repeat(64)}`;
const image = {
  target: "release",
  reference: `registry.example/shop@${digest}`,
  digest,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  size: 500,
  imageId: digest,
  layers: [digest],
  platform: "linux/amd64",
};
const list = { version: 1, project: "shop", source: {}, release: "release", images: [image] };

async function read(text: string) {
  await using folder = await makeFolder({ "images.json": text });
  return await readPushedImages(`${folder.path}/images.json`);
}

describe("readPushedImages", () => {
  it("reads what a build wrote", async () => {
    expect(await read(JSON.stringify(list))).toEqual(list);
  });

  it.each([
    ["no JSON", "{"],
    ["another version", JSON.stringify({ ...list, version: 2 })],
    ["an image by tag", JSON.stringify({ ...list, images: [{ ...image, reference: "shop:latest" }] })],
    ["a digest that is none", JSON.stringify({ ...list, images: [{ ...image, imageId: "sha256:1" }] })],
    ["nothing", ""],
  ])("refuses %s", async (_what, text) => {
    await expect(read(text)).toThrowWithCode("IMAGES_FILE_INVALID");
  });

  it("says which file is missing", async () => {
    await expect(readPushedImages("/nowhere/images.json")).rejects.toThrow("/nowhere/images.json");
  });
});
