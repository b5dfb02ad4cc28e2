import type { ComposeOutline, OutlineService } from "./compose-outline.ts";

/** The services whose images are surely pulled, and those of all that they depend on. Files that are not read may say more of any. */
export function pulledServices({ services, complete }: ComposeOutline): string[] {
  if (!complete) return [];
  const byName = new Map(services.map((service) => [service.name, service]));
  const isPulled = (service: OutlineService | undefined, seen: Set<OutlineService>): boolean => {
    if (service === undefined || service.build !== undefined || service.borrows) return false;
    if (seen.has(service)) return true;
    seen.add(service);
    return service.dependsOn.every((name) => isPulled(byName.get(name), seen));
  };
  return services.filter((service) => isPulled(service, new Set())).map(({ name }) => name);
}
