import type { Admin } from "./admin.ts";
import type { Baseline } from "./baseline.ts";
import type { BriefSession } from "./brief-session.ts";
import { writtenSince } from "./catalogs.ts";
import { type Changes, findChanges } from "./changes.ts";
import { rollBack } from "./drop.ts";
import { endSessions } from "./ending.ts";
import {
  type Around,
  beginCounting,
  type OutsideState,
  openDoor,
  outsideQuery,
  type Pristine,
  putSettings,
  readOutside,
  removeComment,
} from "./outside.ts";
import { newPassword } from "./password.ts";
import { changePassword } from "./role.ts";
import { sqlState } from "./session.ts";
import type { StayingSessions } from "./staying.ts";
import type { Template } from "./template.ts";

/** What updates and deletions leave behind slows a database down: a new copy is taken after so many rows, or uses. */
const ROWS = 200_000;
const USES = 1000;

interface ResetOptions {
  admin: Admin;
  template: Template;
  name: string;
  pristine: Pristine;
  /** Sessions that stay in spaces. */
  stays: StayingSessions | undefined;
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
  if (baseline === undefined || pristine.uses >= USES || pristine.rows >= ROWS) return undefined;
  const { since, uses, rows } = pristine;
  const { password, stored } = await newPassword(name, admin.facts.scramIterations);
  await using session = await enter(options, { baseline, password: stored });
  if (session === undefined) return undefined;
  const { outside, answer: counts, query } = session;
  const changes = await findChanges({ query, counts, baseline, owner: name, since });
  if (changes === undefined) return undefined;
  signal.throwIfAborted();
  const [row] = await session.finish(
    [
      ...["BEGIN", ...statementsFor(changes, { baseline, since }), "COMMIT"],
      ...(outside.isCommented ? [removeComment(name)] : []),
      ...[openDoor(name, true), beginCounting(outside.database)],
    ].join(";\n"),
  );
  if (row?.["since"] == null || row["counting"] == null) return undefined;
  const state = { ...pristine.outside, password: stored, counting: row["counting"] };
  return {
    pristine: { outside: state, since: row["since"], uses: uses + 1, rows: rows + changes.rows },
    password,
  };
}

/** A session in a space that everybody else has left, with the answer to what was counted. */
interface Inside extends BriefSession {
  outside: OutsideState & Around;
}

/** Ends everybody's work in a space for good; undefined: something outside of its database is not as it was, and is not put back. */
async function enter(
  options: ResetOptions,
  { baseline, password }: { baseline: Baseline; password: string },
): Promise<Inside | undefined> {
  const { admin, template, name, pristine, stays, signal } = options;
  let staying = stays?.get(name);
  const { question } = baseline.counted;
  const [rows = [], counts] = await endSessions({
    admin: staying ?? admin,
    name,
    // The old password first: whoever still knows it cannot be let in any more.
    closing: `${changePassword(name, password)}; ${openDoor(name, false)}`,
    asking: [outsideQuery(name), ...(staying === undefined ? [] : [question])],
    withMaintenance: false,
    signal,
  });
  const outside = readOutside(rows);
  const before = pristine.outside;
  if (outside?.fixed !== before.fixed || outside.password !== password) return undefined;
  if (outside.start !== before.start || outside.counting !== before.counting) return undefined;
  // Before we connect: what a test set for its database would hold for us as well.
  if (outside.settings !== before.settings) await admin.query(putSettings(name, template.name));
  const prepared = outside.prepared.map(rollBack);
  if (stays !== undefined) {
    staying ??= await stays.open(name, signal);
    const { query } = staying;
    for (const statement of prepared) await query(statement);
    const isKnown = counts !== undefined && prepared.length === 0;
    const answer = isKnown ? counts : await query(question);
    return { outside, answer, query, finish: query, [Symbol.asyncDispose]: async () => undefined };
  }
  const brief = await admin.ask(name, prepared[0] ?? question, signal);
  if (prepared.length === 0) return { ...brief, outside };
  try {
    for (const statement of prepared.slice(1)) await brief.query(statement);
    return { ...brief, outside, answer: await brief.query(question) };
  } catch (error) {
    await brief[Symbol.asyncDispose]();
    throw error;
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
  const values = [...changes.sequences].flatMap((oid) => baseline.sequences.get(oid) ?? []);
  if (values.length > 0) statements.push(`SELECT ${values.join(", ")}`);
  return statements;
}
