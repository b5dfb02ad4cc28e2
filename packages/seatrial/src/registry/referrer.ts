import { readManifest } from "./manifest.ts";
import type { Descriptor, Manifest } from "./registry.ts";

/** How a list of referrers shows a manifest. */
export function referrerOf(manifest: Manifest): Descriptor {
  const content = readManifest(manifest, `Manifest ${manifest.digest}`);
  const { annotations } = content;
  const artifactType =
    content.artifactType ?? (content.kind === "image" ? content.config.mediaType : undefined);
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}
