import type { PoolCore } from "./core.ts";
import type { Keeping } from "./keeping.ts";

/** A space is gone from its server, though nobody dropped it: no test gets it, and it is dropped when nobody has it any more. */
export function setLostAside(
  lost: { name: string; why: string },
  { core, keeping }: { core: PoolCore; keeping: Keeping },
): void {
  const { stock } = core;
  const space = [...stock.spaces].find(({ name }) => name === lost.name);
  if (space === undefined || core.work.aborted) return;
  core.onNote(lost.why);
  space.isUnwanted = true;
  space.reason = lost.why;
  if (space.state === "ready") {
    stock.ready.splice(stock.ready.indexOf(space), 1);
    stock.setAside(space);
  } else if (space.state === "kept") {
    keeping.giveUp(space);
  } else if (stock.toPutBack.delete(space)) {
    stock.toDrop.add(space);
  }
  core.pump();
}
