// The TypeScript client of the broker: clean spaces for tests of node:test and vitest. Speaks protocol/broker.md and nothing else:
// it shares no code with the rest, and needs nothing but Node.
export type { BrokerAddress } from "./broker.ts";
export { acquireSpace, openSpace, type SpaceOptions } from "./open-space.ts";
export type { Space, SpaceFile, SpaceResult } from "./space.ts";
export { SpaceError } from "./space-error.ts";
export { spaceFixture } from "./space-fixture.ts";
export type { NodeTestContext, TestContext, VitestContext } from "./test-context.ts";
