import type { ReleaseReceipt, Traffic } from "../model/index.ts";
import { familiarName } from "../registry/index.ts";
import type { ReleasePlan } from "./plan.ts";

/** The receipt of a release that has done nothing yet. */
export function beginReceipt(options: {
  plan: Pick<ReleasePlan, "repository" | "tags">;
  /** An engine pushes the image, or has pushed it: nobody says how many bytes that takes. */
  isPushed: boolean;
  traffic: Traffic;
}): ReleaseReceipt {
  const { plan, isPushed, traffic } = options;
  return {
    version: 1,
    status: "failed",
    repository: familiarName(plan.repository),
    tags: plan.tags.map(({ tag, kind }) => ({ tag, kind, state: "not-set" })),
    attestations: [],
    evidence: [],
    imageBytesUp: isPushed ? undefined : 0,
    traffic,
    startedAt: new Date().toISOString(),
    duration: 0,
  };
}
