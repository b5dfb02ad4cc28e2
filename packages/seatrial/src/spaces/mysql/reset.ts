import { creationsOf } from "./creation.ts";
import { shutOut } from "./end-sessions.ts";
import type { Flavour } from "./flavour.ts";
import { labelStatements } from "./label.ts";
import { type Look, lookAt, splitCounter } from "./look.ts";
import { runInPackets } from "./make.ts";
import { account, identifier, literal } from "./quote.ts";
import { copyRows, type Recipe } from "./recipe.ts";
import type { Rows } from "./session.ts";
import type { Work } from "./sessions.ts";
import { type DatabaseObject, fillText } from "./structure.ts";

/** A template with more rows than this is copied sooner than it is put back. */
const MOST_ROWS = 5_000;
/** So much more than a new one may a space hold, in bytes: many rows are dropped sooner than deleted. */
const MOST_GROWTH = 16 << 20;

/**
 * Whether spaces of a template can be put back at all. Deleting every row and copying the template's again is exact for plain InnoDB
 * tables; not for those that remember former rows or deleted words, nor for other engines. Events and sequences act by themselves.
 */
export function canReset(recipe: Recipe): boolean {
  if (recipe.rowCount > MOST_ROWS) return false;
  return recipe.objects.every(({ kind, engine, versioned, text }) => {
    if (kind === "event" || kind === "sequence") return false;
    return (
      kind !== "table" || (engine === "InnoDB" && !versioned && !/^\s*(FULLTEXT|VECTOR) KEY/m.test(text))
    );
  });
}

/**
 * Puts a space back: ends its sessions, deletes every row, copies the template's rows again, sets counters, and gives it another
 * password, so that a pool of connections that a test forgot cannot come back.
 * False: its schema or its rights are not those of a new one, or something holds locks.
 */
export async function resetDatabase(
  work: Work,
  options: { name: string; password: string; recipe: Recipe; source: string; fresh: Look; flavour: Flavour },
): Promise<boolean> {
  const { name, password, recipe, source, fresh, flavour } = options;
  await shutOut(work, name);
  const found = await lookAt(work, name, recipe.objects);
  if (found.hasPrepared || found.facts !== fresh.facts || found.bytes > fresh.bytes + MOST_GROWTH)
    return false;
  const tables = recipe.objects.filter(({ kind }) => kind === "table");
  const triggers = recipe.objects.filter(({ kind }) => kind === "trigger");
  const hasMoved = (table: DatabaseObject) =>
    found.counters.get(table.name) !== fresh.counters.get(table.name);
  const moved = tables.filter(hasMoved);
  await runInPackets(work, [
    `USE ${identifier(name)}`,
    // They would see the rows go and come.
    ...triggers.map((trigger) => `DROP TRIGGER ${identifier(trigger.name)}`),
    // Only this lets a counter begin again, and it takes longer.
    ...moved.map((table) => `TRUNCATE TABLE ${identifier(table.name)}`),
    "START TRANSACTION",
    ...tables.filter((table) => !hasMoved(table)).map((table) => `DELETE FROM ${identifier(table.name)}`),
    // Rows with the keys of others that are gone but not yet for good take longer.
    "COMMIT",
    "START TRANSACTION",
    ...copyRows(recipe.rows, source),
    "COMMIT",
    ...creationsOf(triggers, recipe.collation).map((text) => fillText(text, name)),
    "USE information_schema",
    ...labelStatements(flavour, name, ""),
  ]);
  await setCounters(work, { name, tables: moved, fresh });
  const own = `${account(name)} IDENTIFIED BY ${literal(password)}`;
  await work.run([`ALTER USER ${own} ACCOUNT UNLOCK`]);
  return true;
}

/** Rows bring their table's counter where they would in a new table; it may have been further on in the template. */
async function setCounters(
  work: Work,
  { name, tables, fresh }: { name: string; tables: readonly DatabaseObject[]; fresh: Look },
): Promise<void> {
  const counted = tables.filter((table) => fresh.counters.has(table.name));
  if (counted.length === 0) return;
  const shown = await work.run(counted.map((table) => `SHOW CREATE TABLE ${tableOf(name, table)}`));
  const behind = counted.filter(
    (table, at) => splitCounter(textOf(shown[at])).counter !== fresh.counters.get(table.name),
  );
  await work.run(
    behind.map(
      (table) => `ALTER TABLE ${tableOf(name, table)} AUTO_INCREMENT = ${fresh.counters.get(table.name)}`,
    ),
  );
}

function tableOf(name: string, table: DatabaseObject): string {
  return `${identifier(name)}.${identifier(table.name)}`;
}

function textOf(rows: Rows = []): string {
  return rows[0]?.["Create Table"] ?? "";
}
