import type { SpaceSummary } from "../../model/index.ts";

/** Whose requests an endpoint answers. */
export interface EndpointCaller {
  run: string;
  suite: string;
  /** The owner's own: sees and touches the spaces of all, speaks for any suite, and gets addresses of the run's network. Default: false. */
  admin?: boolean | undefined;
}

/** True when a caller may see and touch a space. */
export function isOwn({ run, suite, admin }: EndpointCaller, { holder }: SpaceSummary): boolean {
  return admin === true || (holder?.run === run && holder.suite === suite);
}
