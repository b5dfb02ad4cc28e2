import { checkRepositoryName } from "../reference.ts";
import type { RegistryClient, Repository } from "../registry.ts";
import { createBlobs } from "./blobs.ts";
import { createCaller } from "./caller.ts";
import { createHost, type Host } from "./host.ts";
import { loginOf } from "./login.ts";
import { createManifests } from "./manifests.ts";
import { type RegistryOptions, settingsOf } from "./options.ts";
import { createReferrers } from "./referrers.ts";
import { createSecureContexts } from "./secure-context.ts";

/** Registries over HTTP, with the user's credentials. Nothing is asked before the first call of a repository. */
export function connectRegistries(options: RegistryOptions): RegistryClient {
  const settings = settingsOf(options);
  const secureContextFor = createSecureContexts(settings);
  const hosts = new Map<string, Host>();

  function hostOf(registry: string): Host {
    const host = hosts.get(registry) ?? createHost({ registry, settings, secureContextFor });
    hosts.set(registry, host);
    return host;
  }

  return {
    repository(name): Repository {
      checkRepositoryName(name);
      const caller = createCaller(hostOf(name.registry), name);
      return {
        name,
        manifests: createManifests(caller),
        blobs: createBlobs(caller),
        referrers: createReferrers(caller),
        traffic: () => ({ ...caller.traffic }),
        login: () => loginOf(caller.host),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const host of hosts.values()) host.transport.close();
    },
  };
}
