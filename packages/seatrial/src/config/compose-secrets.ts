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
  profiles: string[];
  /** Those that secrets come from. */
  variables: string[];
}

/** Which builds are given secrets. Where the outline does not tell for certain, only Compose itself knows. */
export function composeSecrets({ services, secrets, complete }: ComposeOutline): ComposeSecrets {
  const granted = services.filter(({ buildSecrets }) => buildSecrets.length > 0);
  const areKnown = granted.every(({ buildSecrets }) => buildSecrets.every((name) => name in secrets));
  return {
    complete: complete && areKnown && !services.some((service) => inherits(service, granted.length > 0)),
    services: granted.map(({ name, profiles, buildSecrets }) => ({
      name,
      profiles,
      variables: buildSecrets.flatMap((secret) => secrets[secret]?.variable ?? []),
    })),
  };
}

/** Its build may be given more secrets than its own section says. */
function inherits(service: OutlineService, areGranted: boolean): boolean {
  return service.extends === "file" || (service.extends === "service" && areGranted);
}
