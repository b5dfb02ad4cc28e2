import { type Cleanup, createCleanup } from "../../support/cleanup.ts";
import type { Admin } from "./admin.ts";
import type { Baseline } from "./baseline.ts";
import { writtenSince } from "./catalogs.ts";
import { type Changes, findChanges } from "./changes.ts";
import { rollBack } from "./drop.ts";
import { endSessions } from "./ending.ts";
import {
  openDoor,
  outsideQuery,
  type Pristine,
  putSettings,
  readOutside,
  removeComment,
  sinceQuery,
} from "./outside.ts";
import { newPassword } from "./password.ts";
import { changePassword } from "./role.ts";
import { type Session, sqlState } from "./session.ts";
import type { Template } from "./template.ts";

/** What updates and deletions leave behind slows a database down: now and then a new copy is taken. */
const USES = 200;

interface ResetOptions {
  admin: Admin;
  template: Template;
  name: string;
  pristine: Pristine;
  signal: AbortSignal;
}

/**
 * Puts a used space back to what it was handed out as, with another password: whoever had it before cannot come back. Undefined: drop it, since
 * it was changed in a way that is not put back, or not for certain.
 */
export async function resetSpace(
  options: ResetOptions,
): Promise<{ pristine: Pristine; password: string } | undefined> {
  try {
    return await tryReset(options);
  } catch (error) {
    // The server refused something: a setting stands in our way, or rows cannot be put in as they are, since a constraint was added without
    // looking at them or a type does not read what it writes.
    if (sqlState(error) === undefined) throw error;
    return undefined;
  }
}

async function tryReset(options: ResetOptions): ReturnType<typeof resetSpace> {
  const { admin, template, name, pristine, signal } = options;
  const { baseline } = template;
  if (baseline === undefined || pristine.uses >= USES) return undefined;
  const { since, uses } = pristine;
  const changing = newPassword(name, admin.facts.scramIterations);
  changing.catch(() => undefined);
  await using cleanup = createCleanup();
  const session = await enter(options, cleanup);
  const changes = session && (await findChanges({ query: session.query, baseline, owner: name, since }));
  if (session === undefined || changes === undefined) return undefined;
  const { password, stored } = await changing;
  signal.throwIfAborted();
  const [row] = await session.query(
    [
      ...["BEGIN", ...statementsFor(changes, { baseline, since }), "COMMIT", "SELECT pg_stat_reset()"],
      ...[removeComment(name), changePassword(name, stored), openDoor(name, true), sinceQuery()],
    ].join(";\n"),
  );
  if (row?.["since"] == null || row["counting"] == null) return undefined;
  const outside = { ...pristine.outside, password: stored, counting: row["counting"] };
  return { pristine: { outside, since: row["since"], uses: uses + 1 }, password };
}

/** Into a space that everybody else has left, and of which everything outside of its database is as it was. Undefined: it is not. */
async function enter(options: ResetOptions, cleanup: Cleanup): Promise<Session | undefined> {
  const { admin, template, name, pristine, signal } = options;
  // Connecting takes as long as ending the others, and is no work of theirs if it is of a role that only we have.
  const early = admin.isAlone ? open() : undefined;
  early?.catch(() => undefined);
  try {
    const closing = openDoor(name, false);
    const asking = outsideQuery(name);
    const rows = await endSessions({ admin, name, closing, asking, withMaintenance: false, signal });
    const outside = readOutside(rows);
    const before = pristine.outside;
    if (outside?.fixed !== before.fixed || outside.password !== before.password) return undefined;
    if (outside.counting !== before.counting) return undefined;
    let session = await (early ?? open());
    for (const gid of outside.prepared) await session.query(rollBack(gid));
    if (outside.settings === before.settings) return session;
    await admin.query(putSettings(name, template.name));
    // What a test set for its database held for the first session as well.
    session = await open();
    return session;
  } finally {
    // Whatever comes, it is closed with the rest.
    await early?.catch(() => undefined);
  }

  async function open(): Promise<Session> {
    const session = await admin.open(name, signal);
    cleanup.add(async () => await session[Symbol.asyncDispose]());
    return session;
  }
}

function statementsFor(changes: Changes, from: { baseline: Baseline; since: string }): string[] {
  const { baseline, since } = from;
  const statements = [...changes.tables].flatMap(([oid, how]) => {
    const table = baseline.tables.get(oid);
    if (table === undefined) return [];
    const keeps = how === "appended" && !table.isEmpty;
    const removal = `DELETE FROM ONLY ${table.name}${keeps ? ` WHERE ${writtenSince(since)}` : ""}`;
    return keeps || table.rows === undefined ? [removal] : [removal, table.rows];
  });
  if (changes.hasLargeObjects) statements.push("SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
  const values = [...changes.sequences].map((oid) => baseline.sequences.get(oid));
  if (values.length > 0) {
    statements.push(
      `SELECT setval(s.id::oid::regclass, s.last, s.called) FROM (VALUES ${values.join(", ")}) s(id, last, called)`,
    );
  }
  return statements;
}
