// Spaces: clean places in real services for tests, handed out by a broker from pools that are filled ahead of need.
// Leaves to others: which services there are, how tests reach the broker, and what a test's result is.
export type { Broker, BrokerSession, LeasedSpace, Reach, SpaceRequest, SpaceResult } from "./broker.ts";
export { type SpaceErrorCode, spaceError } from "./errors.ts";
export { loadKind } from "./kinds.ts";
export type {
  MadeSpace,
  MakerOptions,
  OutsideStep,
  SpaceKindDriver,
  SpaceMaker,
  SpaceServer,
} from "./maker.ts";
