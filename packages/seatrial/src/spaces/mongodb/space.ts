import { type Collection, createCollections, describeCollections, readCollections } from "./collections.ts";
import { copyDocuments } from "./documents.ts";
import type { Mongo } from "./mongo.ts";
import { shutOut } from "./users.ts";

/** What spaces are copied from. */
export interface Template {
  /** The database that has the documents; empty: there is none, since spaces begin empty. */
  database: string;
  collections: Collection[];
  /** Names of collections that have documents. */
  filled: ReadonlySet<string>;
  documentCount: number;
}

interface Own {
  name: string;
  doing: string;
  signal: AbortSignal;
}

/** Fills a database as the template is; `again`: its collections are there and are emptied first. */
export async function fillSpace(
  mongo: Mongo,
  template: Template,
  { name, again = false, doing, signal }: Own & { again?: boolean },
): Promise<void> {
  const place = { database: name, doing, signal };
  if (!again) await createCollections(mongo, template.collections, place);
  const fill = async (each: Collection) => {
    if (again) await mongo.run({ delete: each.name, deletes: [{ q: {}, limit: 0 }] }, place);
    if (!template.filled.has(each.name)) return;
    await copyDocuments(mongo, each, { from: template.database, to: name, doing, signal });
  };
  await Promise.all(template.collections.filter(({ kind }) => kind !== "view").map(fill));
}

/** Whether a database differs from the template in documents only. */
export async function isAsTemplate(
  mongo: Mongo,
  expected: string,
  { name, doing, signal }: Own,
): Promise<boolean> {
  const place = { database: name, doing, signal };
  const { was } = await mongo.run({ profile: -1 }, place);
  return Number(was) === 0 && describeCollections(await readCollections(mongo, place)) === expected;
}

/** Shuts its user out and removes it all. Missing is fine. */
export async function dropDatabase(
  mongo: Mongo,
  { hasUsers, ...own }: Own & { hasUsers: boolean },
): Promise<void> {
  if (hasUsers) await shutOut(mongo, own);
  await mongo.run({ dropDatabase: 1 }, { database: own.name, doing: own.doing, signal: own.signal });
}
