import { definer, identifier, literal } from "./quote.ts";
import type { Rows } from "./session.ts";
import type { Work } from "./sessions.ts";

export type ObjectKind =
  | "sequence"
  | "table"
  | "procedure"
  | "function"
  | "package"
  | "package body"
  | "view"
  | "trigger"
  | "event";

/** A thing in a database, as the server would make it again. */
export interface DatabaseObject {
  kind: ObjectKind;
  name: string;
  /** Its `SHOW CREATE`, with `DATABASE` and `DEFINER` in the place of its database's and its definer's names. */
  text: string;
  /** What was in force when it was made, where that counts for it. */
  context: Record<string, string>;
  /** Of code: its database's, when it was first made. */
  collation: string | undefined;
  /** Of a table. */
  engine: string | undefined;
  /** Of a table that remembers its former rows. */
  versioned: boolean;
}

/** Everything of a database but its rows. */
export interface Structure {
  charset: string;
  collation: string;
  /** In the order in which they can be made, except for views of views. */
  objects: DatabaseObject[];
}

/** These stand for names that differ from copy to copy. No text of the server holds them: it writes this character as `\0`. */
export const DATABASE = "\0database\0";
export const DEFINER = "\0definer\0";

const ORDER: ObjectKind[] = [
  "sequence",
  "table",
  "function",
  "procedure",
  "package",
  "package body",
  "view",
  "trigger",
  "event",
];

/** The queries that name what is in a database. The first tells its character set; `readNames` reads the answers to the others. */
export function nameQueries(database: string): string[] {
  const own = literal(database);
  return [
    `SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
     FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${own}`,
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, DATA_LENGTH + INDEX_LENGTH AS bytes
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${own}`,
    `SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type
     FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${own}`,
    // Triggers of one table, time and event run in the order in which they were made.
    `SELECT TRIGGER_NAME AS name, 'TRIGGER' AS type FROM information_schema.TRIGGERS
     WHERE TRIGGER_SCHEMA = ${own} ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
    `SELECT EVENT_NAME AS name, 'EVENT' AS type FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${own}`,
  ];
}

export interface Named {
  kind: ObjectKind;
  name: string;
  engine: string | undefined;
  versioned: boolean;
  /** About what a table takes on disk. */
  bytes: number;
}

export function readNames(answers: readonly Rows[]): Named[] {
  const named = answers.flat().map((row) => ({
    kind: kindOf(row["type"] ?? ""),
    name: row["name"] ?? "",
    engine: row["engine"] ?? undefined,
    versioned: row["type"] === "SYSTEM VERSIONED",
    bytes: Number(row["bytes"] ?? 0),
  }));
  return named.sort((a, b) => {
    if (a.kind !== b.kind) return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
    if (a.kind === "trigger" || a.name === b.name) return 0;
    return a.name < b.name ? -1 : 1;
  });
}

function kindOf(type: string): ObjectKind {
  const kind = type.toLowerCase();
  if (kind === "base table" || kind === "system versioned") return "table";
  if (kind === "system view") return "view";
  if (ORDER.includes(kind as ObjectKind)) return kind as ObjectKind;
  throw new Error(`the server has an object of type ${type}, which is not known`);
}

/** Reads everything of a database but its rows; undefined: there is no such database. */
export async function readStructure(work: Work, database: string): Promise<Structure | undefined> {
  const [schemata, ...lists] = await work.run(nameQueries(database));
  const schema = schemata?.[0];
  if (schema === undefined) return undefined;
  const names = readNames(lists);
  const shown = await work.run(showQueries(database, names));
  return {
    charset: schema["charset"] ?? "",
    collation: schema["collation"] ?? "",
    objects: readShown(database, names, shown),
  };
}

/** Named by kind and name. */
export function showQueries(database: string, names: readonly Pick<Named, "kind" | "name">[]): string[] {
  return [
    // Names in it are printed without their database as long as it is the one in use.
    `USE ${identifier(database)}`,
    ...names.map(({ kind, name }) => `SHOW CREATE ${kind.toUpperCase()} ${identifier(name)}`),
    "USE information_schema",
  ];
}

/** Reads the answers to `showQueries`. */
export function readShown(
  database: string,
  names: readonly Named[],
  [, ...shown]: readonly Rows[],
): DatabaseObject[] {
  return names.map((named, at) => objectOf(named, shown[at]?.[0] ?? {}, database));
}

function objectOf(
  { kind, name, engine, versioned }: Named,
  row: Rows[number],
  database: string,
): DatabaseObject {
  const text = Object.entries(row).find(([key]) => /^(Create |SQL Original Statement)/i.test(key))?.[1] ?? "";
  const context: Record<string, string> = {};
  for (const key of ["sql_mode", "time_zone", "character_set_client", "collation_connection"]) {
    const value = row[key];
    if (value !== undefined && value !== null) context[key] = value;
  }
  const collation = row["Database Collation"] ?? undefined;
  return { kind, name, text: generalText({ kind, text, database }), context, collation, engine, versioned };
}

const DEFINER_CLAUSE =
  /^(CREATE\s+(?:OR\s+REPLACE\s+)?(?:ALGORITHM\s*=\s*\w+\s+)?)DEFINER\s*=\s*`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?/i;

/**
 * The text with placeholders for its definer and for its own database. Where people wrote the text (all but tables and views), only
 * its head is read: the database's name further on may be anything's.
 */
export function generalText(options: { kind: ObjectKind; text: string; database: string }): string {
  const { kind, text, database } = options;
  const general = text.replace(DEFINER_CLAUSE, (_all, head: string) => `${head}DEFINER=${DEFINER}`);
  if (kind === "table" || kind === "sequence" || kind === "view")
    return withoutDatabase(general, `${identifier(database)}.`);
  const end = general.search(HEAD_END[kind]);
  const head = end < 0 ? general : general.slice(0, end);
  return head.replace(qualifiers(database), "") + general.slice(head.length);
}

const HEAD_END: Record<Exclude<ObjectKind, "table" | "sequence" | "view">, RegExp> = {
  function: /\(/,
  procedure: /\(/,
  package: /\s(AS|IS|COMMENT|SQL)\s/i,
  "package body": /\s(AS|IS|COMMENT|SQL)\s/i,
  trigger: /FOR\s+EACH\s+ROW/i,
  event: /ON\s+SCHEDULE/i,
};

/** The database's name in front of another name. */
function qualifiers(database: string): RegExp {
  const plain = database.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const quoted = identifier(database).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w$.\`])(?:${quoted}|${plain})\\s*\\.\\s*`, "g");
}

/** A text of the server's own: every name is in backquotes, every text in single ones. */
function withoutDatabase(printed: string, qualifier: string): string {
  return printed.replace(/'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`\.?/gs, (part) =>
    part === qualifier ? `${DATABASE}.` : part,
  );
}

/** Puts names in the place of the placeholders. */
export function fillText(text: string, name: string): string {
  // As functions: in a text, `$` would have a meaning.
  return text.replaceAll(DEFINER, () => definer(name)).replaceAll(DATABASE, () => identifier(name));
}
