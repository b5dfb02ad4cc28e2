import { BSON, type Document } from "mongodb";
import type { Mongo } from "./mongo.ts";

/** A collection or view without its documents, as the server describes it. */
export interface Collection {
  name: string;
  /** `plain` ones can be emptied and filled by any command. */
  kind: "plain" | "capped" | "timeseries" | "view";
  /** What `create` takes. */
  options: Document;
  /** What `createIndexes` takes. */
  indexes: Document[];
}

interface Place {
  database: string;
  doing: string;
  signal: AbortSignal;
}

/** What is in a database, in order of names, views last. The server's own parts of time series and views are left out. */
export async function readCollections(mongo: Mongo, place: Place): Promise<Collection[]> {
  const found = await mongo.list({ listCollections: 1 }, place);
  const own = found.filter(({ name }) => !/^system\.(buckets\.|views$)/.test(name));
  const collections = await Promise.all(
    own.map(async ({ name, type, options = {} }): Promise<Collection> => {
      const kind = type === "view" || type === "timeseries" ? type : options.capped ? "capped" : "plain";
      return { name, kind, options, indexes: kind === "view" ? [] : await readIndexes(mongo, name, place) };
    }),
  );
  const order = (each: Collection) => `${each.kind === "view" ? 1 : 0}${each.name}`;
  return collections.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function readIndexes(mongo: Mongo, name: string, place: Place): Promise<Document[]> {
  const indexes = await mongo.list({ listIndexes: name }, place);
  return indexes
    .filter((index) => index["name"] !== "_id_" && !index["clustered"])
    .map(({ ns: _ofOldServers, ...index }) => index);
}

/** Equal for two databases that differ in documents only. */
export function describeCollections(collections: readonly Collection[]): string {
  return BSON.EJSON.stringify(collections, { relaxed: false });
}

/** Makes collections with their indexes, and then the views on them. */
export async function createCollections(
  mongo: Mongo,
  collections: readonly Collection[],
  place: Place,
): Promise<void> {
  const create = async ({ name, options, indexes }: Collection) => {
    await mongo.run({ create: name, ...options }, place);
    if (indexes.length > 0) await mongo.run({ createIndexes: name, indexes }, place);
  };
  await Promise.all(collections.filter(({ kind }) => kind !== "view").map(create));
  // A view may be of another one; the server looks at that when it is read.
  for (const view of collections.filter(({ kind }) => kind === "view")) await create(view);
}
