import type { SpaceSummary } from "../../model/index.ts";
import { isHeldBy, type SpaceClient } from "../held-by.ts";

/** Whose requests an endpoint answers. */
export interface EndpointCaller extends SpaceClient {
  /** The owner's own: sees and touches the spaces of all, speaks for any suite, and gets addresses of the run's network. Default: false. */
  admin?: boolean | undefined;
}

/** True when a caller may see and touch a space. */
export function isOwn(caller: EndpointCaller, { holder }: SpaceSummary): boolean {
  return caller.admin === true || isHeldBy(caller, holder);
}
