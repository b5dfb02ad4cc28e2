// PostgreSQL: each space is a database and a role of its own, copied from a sealed template, put back in place where that is proven.
// Leaves to others: when spaces are made, reset and dropped, and how a server is reached.
export { postgresKind } from "./kind.ts";
