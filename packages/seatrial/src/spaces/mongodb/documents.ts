import type { Collection } from "./collections.ts";
import type { Mongo } from "./mongo.ts";

/** Copies the documents of a collection into the one of the same name in another database. */
export async function copyDocuments(
  mongo: Mongo,
  { name, kind }: Collection,
  options: { from: string; to: string; doing: string; signal: AbortSignal },
): Promise<void> {
  const { from, to, doing, signal } = options;
  if (kind === "plain") {
    const into = { db: to, coll: name };
    const merge = { $merge: { into, on: "_id", whenMatched: "fail", whenNotMatched: "insert" } };
    const copy = { aggregate: name, pipeline: [merge], cursor: {}, bypassDocumentValidation: true };
    await mongo.run(copy, { database: from, doing, signal });
    return;
  }
  // The server does not merge into the other kinds.
  const documents = await mongo.list({ find: name }, { database: from, doing, signal });
  await mongo.insert(name, documents, { database: to, doing, signal });
}

/** How many documents a collection has. */
export async function countDocuments(
  mongo: Mongo,
  name: string,
  place: { database: string; doing: string; signal: AbortSignal },
): Promise<number> {
  const [counted] = await mongo.list({ aggregate: name, pipeline: [{ $count: "count" }], cursor: {} }, place);
  return Number(counted?.["count"] ?? 0);
}
