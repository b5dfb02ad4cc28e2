import type { Digest, Problem } from "../../model/index.ts";

/** `manifest.json` of a unit: what one process's, or one container's, coverage is. See protocol/coverage-unit.md. */
export interface UnitManifest {
  version: 1;
  run: string;
  service: string;
  instance: string;
  boot: string;
  /** Which source it counts for. Default: the service. */
  source?: string | undefined;
  /** The git commit that the program was built from, where that is known. */
  commit?: string | undefined;
  /** ISO 8601, in UTC. */
  startedAt: string;
  /** Absent: the program was still running when this was written. */
  endedAt?: string | undefined;
  exit?: { code: number | null; signal: string | null } | undefined;
  /** Values that may be secret are replaced. */
  argv: string[];
  /** Where the program ran, for names in its profiles. */
  workingDir: string;
  files: UnitFile[];
  /** What did not go well, for people and for the report. */
  problems: Problem[];
}

export interface UnitFile {
  /** Below the unit's folder, with slashes: `go/covmeta.…`. Its first part is the language, `reports`, `exports` or `sources`. */
  path: string;
  bytes: number;
  digest: Digest;
}
