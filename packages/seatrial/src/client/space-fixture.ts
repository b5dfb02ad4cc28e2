import { openSpace, type SpaceOptions } from "./open-space.ts";
import type { Space } from "./space.ts";
import type { VitestContext } from "./test-context.ts";

/** A fixture of vitest that gives each test a clean space: `test.extend({ database: spaceFixture("postgres") })`. */
export function spaceFixture(
  space: string,
  options: SpaceOptions = {},
): (context: VitestContext, use: (space: Space) => Promise<void>) => Promise<void> {
  // Vitest reads the names between these braces from the function's text.
  return async ({ task, signal, onTestFinished }, use) => {
    await use(await openSpace({ task, signal, onTestFinished }, space, options));
  };
}
