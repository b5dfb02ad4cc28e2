import { createSnapshotStore, type SnapshotStore } from "../services/index.ts";
import type { Session } from "./session.ts";

/** Where snapshots are kept; undefined where they are not wanted, or where the engine cannot keep a container as an image. */
export async function openSnapshots(options: {
  session: Session;
  fresh: boolean;
  signal: AbortSignal;
}): Promise<SnapshotStore | undefined> {
  const { session, fresh, signal } = options;
  if (fresh || !(await session.engine.capabilities(signal)).canCommit) return undefined;
  return createSnapshotStore({ engine: session.engine, usage: session.usage });
}
