// Spaces: clean places in real services for tests, handed out by a broker from pools that are filled ahead of need.
// Leaves to others: which services there are, how tests reach the broker, and what a test's result is.
export type { Broker, BrokerSession, LeasedSpace, Reach, SpaceRequest, SpaceResult } from "./broker.ts";
export { type Clock, systemClock } from "./clock.ts";
export { containerFilePlace } from "./config-files/container-place.ts";
export { openHostFilePlace } from "./config-files/host-place.ts";
export { type FileOwner, findFileOwner } from "./config-files/owner.ts";
export type { FilePlace } from "./config-files/place.ts";
export { type BrokerOptions, createBroker } from "./create-broker.ts";
export type { EndpointCaller } from "./endpoint/caller.ts";
export { type Endpoint, type EndpointOptions, openEndpoint } from "./endpoint/endpoint.ts";
export { type SpaceErrorCode, spaceError } from "./errors.ts";
export type { JournalDefinition, JournalEntry } from "./journal/entry.ts";
export {
  type JournalOptions,
  openSpaceJournal,
  type SpaceJournal,
  unwrittenJournal,
} from "./journal/journal.ts";
export { type RecoveredSpaces, type RecoverOptions, recoverSpaces } from "./journal/recover.ts";
export { spaceKindOf } from "./kind-of.ts";
export { loadKind } from "./kinds.ts";
export type {
  MadeSpace,
  MakerOptions,
  OutsideStep,
  SpaceKindDriver,
  SpaceMaker,
  SpaceServer,
} from "./maker.ts";
export {
  acquireForProcess,
  type ProcessSpaces,
  type ProcessSpacesOptions,
  type WantedPart,
} from "./process.ts";
export { connectBroker } from "./remote/connect.ts";
export { s3ServiceOf } from "./s3/servers.ts";
export { type BrokerSettings, DEFAULT_SETTINGS } from "./settings.ts";
