import { type ImageDetails, type ImageIdentity, type Proof, STAND_IN_LABEL } from "../model/index.ts";

/** The identity record of an image. */
export function identityOf(target: string, image: ImageDetails): ImageIdentity {
  return {
    target,
    imageId: image.id,
    layers: image.layers,
    platform: image.platform,
    size: image.size,
    standIn: image.config.labels[STAND_IN_LABEL] === "true",
  };
}

/** How a suite that ran in `tested`, perhaps with `app` beside it, speaks for the release image. */
export function proofOf(options: {
  release: ImageIdentity;
  tested: ImageIdentity;
  app?: { service: string; image: ImageIdentity } | undefined;
}): Proof {
  const { release, tested, app } = options;
  if (tested.imageId === release.imageId) return { kind: "identical" };
  if (app?.image.imageId === release.imageId) return { kind: "black-box", service: app.service };
  const shared = sharedLayers(release, tested);
  if (shared === release.layers.length) return { kind: "prefix", extraLayers: tested.layers.length - shared };
  return {
    kind: "sibling",
    sharedLayers: shared,
    releaseLayers: release.layers.length,
    testLayers: tested.layers.length,
  };
}

function sharedLayers(a: ImageIdentity, b: ImageIdentity): number {
  const first = a.layers.findIndex((layer, index) => layer !== b.layers[index]);
  return first < 0 ? a.layers.length : first;
}
