// A kind of server in memory, with faults and delays on demand: what the pool, the broker and their users are tested with.
// Leaves to others: real servers.
export type { MemoryCall, MemoryCallName, MemoryFault } from "./faults.ts";
export { createMemoryKind, type MemoryKind, type MemoryOptions, SCHEMA } from "./kind.ts";
export { type MemoryConnection, type MemorySpace, memoryServer } from "./server.ts";
