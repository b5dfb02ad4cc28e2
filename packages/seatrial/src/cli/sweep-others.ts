import { sweep, sweepJournals } from "../run/index.ts";
import { stateFolder } from "./paths.ts";
import type { Session } from "./session.ts";

/** Removes what dead owners left, in the engine and on this machine. What cannot be removed now is the next start's. */
export async function sweepOthers(options: {
  session: Session;
  run: string;
  signal: AbortSignal;
}): Promise<void> {
  const { session, run, signal } = options;
  const { engine, surroundings } = session;
  await Promise.allSettled([
    sweep({ engine, except: run, signal }),
    sweepJournals({ folder: stateFolder(surroundings.environment), engine, now: Date.now(), signal }),
  ]);
}
