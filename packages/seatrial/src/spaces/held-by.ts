import type { SpaceHolder } from "../model/index.ts";

/** Who asks for spaces: all tests of one suite in one run. */
export type SpaceClient = Pick<SpaceHolder, "run" | "suite">;

/** True for what a test of this client holds. */
export function isHeldBy({ run, suite }: SpaceClient, holder: SpaceHolder | undefined): boolean {
  return holder?.run === run && holder.suite === suite;
}
