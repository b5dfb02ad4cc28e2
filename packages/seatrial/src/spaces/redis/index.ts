// Spaces in Redis: a server process each, or a user with a prefix or a numbered database of the service's own server.
// Leaves to others: who gets them, and when they go.
export { redisKind } from "./kind.ts";
