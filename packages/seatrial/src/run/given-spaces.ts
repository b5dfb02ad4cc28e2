import { secretsOf } from "../config/index.ts";
import type { LeasedSpace } from "../spaces/index.ts";
import type { RunContext } from "./context.ts";

/** What tests were given so far. Bounded where it is told what is gone, and secrets may be forgotten: an owner may live for weeks. */
export interface GivenSpaces {
  /** Counts it, and hides its secrets. A repeated request is no further space. */
  add(space: LeasedSpace): void;
  /** It opens for nobody any more. */
  gone(id: string): void;
  countOf(suite: string): number;
}

/** Services write their logs late, and programs go on with what they were given: so many that are gone are still hidden. */
const HIDDEN = 10_000;

/** None yet. */
export function createGivenSpaces({ hide, forget }: Pick<RunContext, "hide" | "forget">): GivenSpaces {
  const counts = new Map<string, number>();
  /** The secrets of those that somebody has, and of those that are gone. */
  const present = new Map<string, string[]>();
  const past: string[][] = [];
  /** A password of several spaces may be the server's own. */
  const seen = new Map<string, "once" | "often">();

  function forgetOldest(): void {
    for (const secret of past.shift() ?? []) {
      if (seen.get(secret) !== "once") continue;
      seen.delete(secret);
      forget?.(secret);
    }
  }

  return {
    add({ id, holder, made }) {
      if (present.has(id)) return;
      counts.set(holder.suite, (counts.get(holder.suite) ?? 0) + 1);
      const secrets = [...new Set(secretsOf(made.values))];
      present.set(id, secrets);
      for (const secret of secrets) {
        if (seen.get(secret) === "often") continue;
        seen.set(secret, seen.has(secret) ? "often" : "once");
        hide?.(secret);
      }
    },
    gone(id) {
      const secrets = present.get(id);
      if (secrets === undefined || forget === undefined) return;
      present.delete(id);
      past.push(secrets);
      if (past.length > HIDDEN) forgetOldest();
    },
    countOf: (suite) => counts.get(suite) ?? 0,
  };
}
