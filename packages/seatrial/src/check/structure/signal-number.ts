import { constants } from "node:os";

/** The number of a signal of Linux, `KILL` without `SIG`; 0 for one that has none. */
export function signalNumber(name: string): number {
  const known: Record<string, number> = constants.signals;
  return known[`SIG${name}`] ?? 0;
}
