import type { FunctionInstance } from "./group-functions.ts";
import type { Region } from "./read-function.ts";

/** Finds where a region stands in the function's own file: itself, or the use of the macro that it comes from, however deep. */
export function findSite({ function: { regions }, home }: FunctionInstance): (region: Region) => Region {
  const expansions = new Map<number, Region>();
  for (const region of regions)
    if (region.kind === "expansion" && !expansions.has(region.expandsTo))
      expansions.set(region.expandsTo, region);
  const sites = new Map<number, Region>();

  return (region) => {
    if (region.file === home) return region;
    const known = sites.get(region.file);
    if (known !== undefined) return known;
    let site: Region | undefined = region;
    const seen = new Set<number>();
    while (site !== undefined && site.file !== home && !seen.has(site.file)) {
      seen.add(site.file);
      site = expansions.get(site.file);
    }
    const found = site?.file === home ? site : region;
    sites.set(region.file, found);
    return found;
  };
}
