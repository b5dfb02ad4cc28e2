import { expect, it } from "vitest";
import type { Digest, ImageIdentity } from "../model/index.ts";
import { proofOf } from "./identity.ts";

function image(id: string, layers: string[]): ImageIdentity {
  return {
    target: id,
    imageId: `sha256:${id}`,
    layers: layers.map((layer): Digest => `sha256:${layer}`),
    platform: "linux/amd64",
    size: 0,
    standIn: false,
  };
}

const release = image("release", ["base", "app"]);

it("is identical when the suite ran in the release image itself", () => {
  expect(proofOf({ release, tested: release })).toEqual({ kind: "identical" });
});

it("is prefix when the test image only adds layers", () => {
  expect(proofOf({ release, tested: image("test", ["base", "app", "tests"]) })).toEqual({
    kind: "prefix",
    extraLayers: 1,
  });
});

it("is black-box when the release image ran beside the suite", () => {
  const tested = image("dev", ["base", "dev"]);
  expect(proofOf({ release, tested, app: { service: "app", image: release } })).toEqual({
    kind: "black-box",
    service: "app",
  });
});

it("is sibling when the images part ways, also with another app beside it", () => {
  const tested = image("dev", ["base", "dev"]);
  const sibling = { kind: "sibling", sharedLayers: 1, releaseLayers: 2, testLayers: 2 };
  expect(proofOf({ release, tested })).toEqual(sibling);
  expect(proofOf({ release, tested, app: { service: "app", image: image("other", ["base"]) } })).toEqual(
    sibling,
  );
});

it("is sibling when the test image has fewer layers than what ships", () => {
  expect(proofOf({ release, tested: image("base", ["base"]) })).toMatchObject({
    kind: "sibling",
    sharedLayers: 1,
  });
});
