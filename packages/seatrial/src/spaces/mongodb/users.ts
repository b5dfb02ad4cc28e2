import type { Mongo } from "./mongo.ts";

interface Place {
  name: string;
  doing: string;
  signal: AbortSignal;
}

/** A user of a space's own, who may read, write and define everything in its database, and neither make users nor look elsewhere. */
export async function createUser(
  mongo: Mongo,
  password: string,
  { name, doing, signal }: Place,
): Promise<void> {
  const roles = [
    { role: "readWrite", db: name },
    { role: "dbAdmin", db: name },
  ];
  await mongo.run({ createUser: name, pwd: password, roles }, { database: name, doing, signal });
}

/**
 * Lets nobody in any more. Connections that were logged in as the user stay open and may do nothing; one that logs in again as a
 * user of the same name is another user to the server. Missing is fine.
 */
export async function shutOut(mongo: Mongo, { name, doing, signal }: Place): Promise<void> {
  const place = { database: name, doing, signal };
  const user = { user: name, db: name };
  const { users = [] } = await mongo.run({ usersInfo: user }, place);
  if (users.length === 0) return;
  // In this order: sessions are found by a user that exists, and one without rights begins no new ones that matter.
  await mongo.run({ updateUser: name, roles: [] }, place);
  await mongo.run({ killAllSessions: [user] }, { ...place, database: "admin" });
  await mongo.run({ dropAllUsersFromDatabase: 1 }, place);
}

/** Writes a text beside the user. */
export async function labelUser(mongo: Mongo, text: string, { name, doing, signal }: Place): Promise<void> {
  const place = { database: name, doing, signal };
  await mongo.run({ updateUser: name, customData: { label: text } }, place);
}
