import type { SpacePlan } from "../../model/index.ts";

/** A definition of spaces in a service `db`, for tests. */
export function spacePlan(change: Partial<SpacePlan> = {}): SpacePlan {
  return {
    name: "db",
    service: "db",
    kind: "postgres",
    isolation: "database",
    template: { steps: [] },
    reuse: "auto",
    limit: 16,
    ttl: 600_000,
    keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
    files: [],
    ...change,
  };
}
