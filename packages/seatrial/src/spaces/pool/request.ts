import type { SpaceHolder } from "../../model/index.ts";
import type { Space } from "./space.ts";

/** A request as a pool sees it. */
export interface PoolRequest {
  holder: SpaceHolder;
  /** Milliseconds, within the definition's limit. */
  ttl: number;
  /** Milliseconds. */
  wait: number;
  /** While it waits, each of them ends it. */
  signals: readonly AbortSignal[];
  /** Called in the moment in which it becomes the holder's, with what it is and how long that took in milliseconds. */
  onLease: (space: Space, waited: number) => void;
}
