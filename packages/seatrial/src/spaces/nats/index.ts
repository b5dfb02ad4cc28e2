// Spaces in NATS: a server process each, or accounts of one server process that all spaces of a definition share.
// Leaves to others: who gets them, and when they go.
export { natsKind } from "./kind.ts";
