// Spaces in MongoDB: a database with a user of its own, whose collections are copied from the template inside the server. Leaves to
// others: when one is made, who gets it, and when it goes.
export { mongodbKind } from "./kind.ts";
