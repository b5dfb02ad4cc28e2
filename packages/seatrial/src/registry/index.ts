// Registries of the OCI distribution API: the port, names of images, and whose credentials count. Drivers: oci/ speaks HTTP,
// memory/ is for tests. What is pushed and promoted, and why, is release's.
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
