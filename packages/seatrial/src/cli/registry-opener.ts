import type { Project, ReleaseSettings } from "../config/index.ts";
import { parseReference, type RegistryClient } from "../registry/index.ts";
import type { Surroundings } from "./surroundings.ts";
import { openRegistries } from "./wire.ts";

/** Opens registries; `onRetry` hears of each further try. */
export type RegistryOpener = (onRetry: (note: string) => void) => Promise<RegistryClient>;

/** What opens the registries of a project, in the way that its `release.insecure` says. */
export function registryOpener(options: { surroundings: Surroundings; project: Project }): RegistryOpener {
  const { surroundings, project } = options;
  return async (onRetry) =>
    await openRegistries(surroundings, { insecureHosts: insecureHosts(project.config.release), onRetry });
}

/**
 * The hosts with which `release.insecure` takes plain HTTP and certificates that nobody vouches for: those that it names. `true` is
 * the host of the repository that is released to, or of the candidates where that is all there is.
 */
export function insecureHosts(settings: ReleaseSettings | undefined): readonly string[] {
  const { insecure = false, repository, candidate } = settings ?? {};
  if (insecure !== true) return insecure === false ? [] : insecure;
  const meant = repository ?? candidate;
  return meant === undefined ? [] : [parseReference(meant).registry];
}
