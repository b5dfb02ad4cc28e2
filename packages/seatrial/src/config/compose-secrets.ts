import type { ComposeOutline, OutlineService } from "./compose-outline.ts";

/** What the Compose files themselves tell of secrets that they give to builds. */
export interface ComposeSecrets {
  /** They tell all: no other file is included, and nothing that has to do with secrets is taken from another service. */
  complete: boolean;
  /** The services whose builds are given any, in any profile. */
  services: SecretBuild[];
}

interface SecretBuild {
  name: string;
  /** It counts whoever is asked for: the service is active, or one that depends on it is. */
  isActive: boolean;
  /** The services that cannot be without it: it, and what depends on it. */
  neededBy: string[];
  /** Of the secrets, for who builds with them. */
  ids: string[];
  /** Those that secrets come from. */
  variables: string[];
}

/** Which builds are given secrets, with these profiles active. Where the outline does not tell for certain, only Compose itself knows. */
export function composeSecrets(
  { services, secrets, complete }: ComposeOutline,
  profiles: readonly string[],
): ComposeSecrets {
  const granted = services.filter(({ buildSecrets }) => buildSecrets.length > 0);
  const areKnown = granted.every(({ buildSecrets }) => buildSecrets.every(({ source }) => source in secrets));
  return {
    complete: complete && areKnown && !services.some((service) => inherits(service, granted.length > 0)),
    services: granted.map(({ name, buildSecrets }) => {
      const neededBy = dependants(services, name);
      return {
        name,
        isActive: neededBy.some((each) => isActive(each, profiles)),
        neededBy: neededBy.map((each) => each.name),
        ids: buildSecrets.map(({ id }) => id),
        variables: buildSecrets.flatMap(({ source }) => secrets[source]?.variable ?? []),
      };
    }),
  };
}

/** The service of this name, and all that depend on it. */
function dependants(services: readonly OutlineService[], name: string): OutlineService[] {
  const found = new Set(services.filter((service) => service.name === name));
  // What is added is looked at, too.
  for (const { name: needed } of found)
    for (const service of services) if (service.dependsOn.includes(needed)) found.add(service);
  return [...found];
}

function isActive({ profiles: own }: OutlineService, profiles: readonly string[]): boolean {
  return own.length === 0 || profiles.includes("*") || own.some((each) => profiles.includes(each));
}

/** Its build may be given more secrets than its own section says. */
function inherits(service: OutlineService, areGranted: boolean): boolean {
  return service.extends === "file" || (service.extends === "service" && areGranted);
}
