// Registries of the OCI distribution API: the port, names of images, and whose credentials count. Drivers: oci/ speaks HTTP,
// memory/ is for tests. What is pushed and promoted, and why, is release's.
export { isCompanion } from "./companion.ts";
export { type Credentials, describeCredentials, findCredentials, isLoggedIn } from "./credentials.ts";
export { digestOf, isDigest } from "./digest.ts";
export {
  checkDockerFolder,
  dockerConfigFile,
  dockerConfigFolder,
  type Environment,
  readDockerJson,
} from "./docker-config.ts";
export type { RegistryErrorCode } from "./errors.ts";
export { type ImageIndex, type ImageManifest, readManifest } from "./manifest.ts";
export { MEDIA_TYPES } from "./media-types.ts";
export { familiarName, formatReference, type ImageReference, parseReference } from "./reference.ts";
export type {
  Blobs,
  Descriptor,
  Manifest,
  Manifests,
  Referrers,
  RegistryClient,
  Repository,
  RepositoryName,
} from "./registry.ts";
export { resolveBeforePush } from "./resolve-before-push.ts";
