import { randomInt } from "node:crypto";

/** Below the ports that systems give to outgoing connections, above those that servers have by habit. */
const FIRST = 20_000;
const COUNT = 12_000;

/**
 * Ports in turn. Where the turn begins is drawn, so that others who do the same in the container seldom meet. A taken one shows
 * when a server is to listen there.
 */
export function createPorts(start: number = randomInt(COUNT)): { next(): number } {
  let at = start;
  return {
    next() {
      at = (at + 1) % COUNT;
      return FIRST + at;
    },
  };
}
