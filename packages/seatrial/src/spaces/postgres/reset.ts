import type { Baseline } from "./baseline.ts";
import { writtenSince } from "./catalogs.ts";
import { type Changes, findChanges } from "./changes.ts";
import { enter, type ResetOptions } from "./enter.ts";
import { beginCounting, openDoor, type Pristine, removeComment } from "./outside.ts";
import { newPassword } from "./password.ts";
import { sqlState } from "./session.ts";

/** What updates and deletions leave behind slows a database down: a new copy is taken after so many rows, or uses. */
const ROWS = 200_000;
const USES = 1000;

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
  await using session = await enter(options, { question: baseline.counted.question, password: stored });
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
