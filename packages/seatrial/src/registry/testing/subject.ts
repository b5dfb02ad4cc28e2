import type { RegistryOptions } from "../oci/index.ts";
import type { Manifest, RegistryClient, Repository } from "../registry.ts";
import { connectQuickly } from "./connect.ts";
import { type blobOf, imageOf } from "./content.ts";
import { type RegistryServer, type RegistryServerOptions, startRegistryServer } from "./registry-server.ts";
import { putDirectly, serverRepository } from "./server-store.ts";

/** A client that looks at `team/app` of a registry in this process, where an image lies under the tag `1`. */
export interface OciSubject extends AsyncDisposable {
  server: RegistryServer;
  client: RegistryClient;
  app: Repository;
  /** Under the tag `1`. */
  manifest: Manifest;
  layer: ReturnType<typeof blobOf>;
  /** What the client waited before it tried again, in milliseconds. */
  waits: number[];
  notes: string[];
  signal: AbortSignal;
}

export async function startSubject(
  options: RegistryServerOptions & { client?: Partial<RegistryOptions> } = {},
): Promise<OciSubject> {
  const server = await startRegistryServer(options);
  const connected = connectQuickly(options.client);
  const { manifest, layer } = seedImage(server, "team/app");
  return {
    server,
    ...connected,
    app: connected.client.repository({ registry: server.registry, repository: "team/app" }),
    manifest,
    layer,
    signal: new AbortController().signal,
    async [Symbol.asyncDispose]() {
      await connected.client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Puts an image under the tag `1` without asking the server. */
export function seedImage(server: RegistryServer, repository: string) {
  const image = imageOf();
  const held = serverRepository(server.store, repository);
  for (const blob of [image.config, image.layer]) held.blobs.set(blob.digest, blob.bytes);
  putDirectly(server.store, { repository, reference: "1", ...image.manifest });
  return image;
}
