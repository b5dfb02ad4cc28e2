/** Media types of what registries hold. */
export const MEDIA_TYPES = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociEmpty: "application/vnd.oci.empty.v1+json",
} as const;

/** True for the media types of an index: a list of manifests, one for each platform. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex;
}

/** True for the media types of manifests and indexes that we read. */
export function isManifestType(mediaType: string): boolean {
  const { ociManifest, dockerManifest } = MEDIA_TYPES;
  return mediaType === ociManifest || mediaType === dockerManifest || isIndexType(mediaType);
}
