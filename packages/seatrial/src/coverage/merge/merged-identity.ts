import type { UnitManifest } from "../units/manifest.ts";
import { unitName } from "../units/unit-name.ts";

/** What the manifests of all units that are made of one source have in common. */
export type MergedIdentity = Pick<UnitManifest, "run" | "service" | "instance" | "source" | "commit">;

/** Of several runs it is `merged`, of several commits none. */
export function mergedIdentity(name: string, manifests: readonly UnitManifest[]): MergedIdentity {
  const [run = "merged", ...runs] = new Set(manifests.map((each) => each.run));
  const [commit, ...commits] = new Set(manifests.flatMap((each) => each.commit ?? []));
  return {
    run: runs.length === 0 ? run : "merged",
    service: unitName(name),
    instance: "merged",
    source: name,
    commit: commits.length === 0 ? commit : undefined,
  };
}
