import type { ComposeOutline } from "./compose-outline.ts";

/**
 * By service, the profiles that must be active for it and for what it depends on: one each. Only as far as the Compose files themselves
 * tell; services without any are left out.
 */
export function serviceProfiles({ services }: ComposeOutline): Record<string, string[]> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const needed = (name: string, seen: Set<string>): string[] => {
    const service = byName.get(name);
    if (service === undefined || seen.has(name)) return [];
    seen.add(name);
    return [...service.profiles.slice(0, 1), ...service.dependsOn.flatMap((other) => needed(other, seen))];
  };
  const entries = services.map(({ name }): [string, string[]] => [
    name,
    [...new Set(needed(name, new Set()))],
  ]);
  return Object.fromEntries(entries.filter(([, profiles]) => profiles.length > 0));
}
