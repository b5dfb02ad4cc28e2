import { createHash } from "node:crypto";
import type { UnitManifest } from "../../units/manifest.ts";

export interface UnitNames {
  run?: string;
  service?: string;
  instance?: string;
  boot?: string;
}

const PROFILES = { "go/covmeta.0f": "meta data", "go/covcounters.0f.1.2": "counters" };

/** A unit's objects by their keys, with its manifest; `changes` are of the manifest. */
export function unitOf(
  names: UnitNames = {},
  changes: Partial<UnitManifest> & { profiles?: Record<string, string> } = {},
): Record<string, string> {
  const { run = "r1", service = "orders", instance = "pod-1", boot = "1" } = names;
  const { profiles = PROFILES, ...said } = changes;
  const prefix = `run/${run}/${service}/${instance}/${boot}/`;
  const manifest: UnitManifest = {
    version: 1,
    run,
    service,
    instance,
    boot,
    startedAt: "2026-01-02T10:15:00Z",
    endedAt: "2026-01-02T10:17:31Z",
    argv: ["/app"],
    workingDir: "/",
    files: Object.entries(profiles).map(([path, text]) => ({
      path,
      bytes: Buffer.byteLength(text),
      digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    })),
    problems: [],
    ...said,
  };
  const files = Object.entries(profiles).map(([path, text]) => [`${prefix}${path}`, text]);
  return { ...Object.fromEntries(files), [`${prefix}manifest.json`]: JSON.stringify(manifest) };
}

/** The same unit while its program runs. */
export function runningUnit(names: UnitNames = {}): Record<string, string> {
  return unitOf(names, { endedAt: undefined });
}
