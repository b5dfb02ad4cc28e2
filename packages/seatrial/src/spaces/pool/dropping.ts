import { deferred } from "../../support/abort.ts";
import type { PoolCore } from "./core.ts";
import type { Keeping } from "./keeping.ts";
import type { Leasing } from "./leasing.ts";
import type { Space } from "./space.ts";
import type { Works } from "./works.ts";

/** Drops a space in whatever state it is. Resolves when it is gone, or when the server refused: it is quarantined then. */
export async function dropByHand(
  space: Space,
  parts: { core: PoolCore; works: Works; keeping: Keeping; leasing: Leasing },
): Promise<void> {
  const { core, works, keeping, leasing } = parts;
  const { stock } = core;
  if (space.state === "gone") return;
  const settled = deferred<void>();
  space.onSettled.push(() => settled.resolve());
  space.isUnwanted = true;
  switch (space.state) {
    case "creating":
      space.stopWork();
      break;
    case "ready":
      stock.ready.splice(stock.ready.indexOf(space), 1);
      stock.setAside(space);
      break;
    case "leased":
      leasing.end(space);
      stock.setAside(space);
      break;
    case "kept":
      keeping.giveUp(space);
      break;
    case "draining":
      if (stock.toPutBack.delete(space)) stock.toDrop.add(space);
      break;
    case "quarantined":
      space.stopClock();
      stock.toDrop.add(space);
      break;
    default:
  }
  if (stock.toDrop.has(space)) void works.drop(space);
  await settled.promise;
}
