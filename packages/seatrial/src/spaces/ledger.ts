import { randomBytes } from "node:crypto";
import type { SpaceSummary } from "../model/index.ts";
import { spaceError } from "./errors.ts";
import type { Pool } from "./pool/pool.ts";
import { type Space, summarize } from "./pool/space.ts";

/** Spaces by their ids: those that are, and for a while those that are gone. */
export interface Ledger {
  /** One that no other space has. */
  newId: () => string;
  add(space: Space, pool: Pool): void;
  end: (space: Space) => void;
  /** It, or what it last was. Fails with SPACE_UNKNOWN. */
  find(id: string): Entry | { space: undefined; summary: SpaceSummary };
  /** One that is. Fails with SPACE_UNKNOWN. */
  get(id: string): Entry;
  list(): Space[];
}

interface Entry {
  space: Space;
  pool: Pool;
}

/** How many that are gone are remembered, for clients that give back twice. */
const REMEMBERED = 10_000;

/** An empty ledger. */
export function createLedger(): Ledger {
  const entries = new Map<string, Entry>();
  const past = new Map<string, SpaceSummary>();

  function get(id: string): Entry {
    const entry = entries.get(id);
    if (entry !== undefined) return entry;
    throw spaceError({
      code: "SPACE_UNKNOWN",
      message: past.has(id)
        ? `The space ${id} is gone.`
        : `There is no space ${JSON.stringify(id.slice(0, 80))}.`,
      hint: "`seatrial space list` shows those there are.",
    });
  }

  return {
    newId() {
      let id = "";
      do id = randomBytes(4).toString("hex");
      while (entries.has(id) || past.has(id));
      return id;
    },
    add: (space, pool) => void entries.set(space.id, { space, pool }),
    end(space) {
      entries.delete(space.id);
      past.set(space.id, summarize(space));
      const [oldest] = past.keys();
      if (past.size > REMEMBERED && oldest !== undefined) past.delete(oldest);
    },
    find(id) {
      const summary = past.get(id);
      return summary === undefined ? get(id) : { space: undefined, summary };
    },
    get,
    list: () => [...entries.values()].map(({ space }) => space),
  };
}
