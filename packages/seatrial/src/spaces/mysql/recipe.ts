import { creationsOf } from "./creation.ts";
import { identifier, literal } from "./quote.ts";
import type { Work } from "./sessions.ts";
import { type DatabaseObject, fillText, type Structure } from "./structure.ts";
import { orderViews } from "./view-order.ts";

/** How to make a database as a template is. Its texts hold the placeholders of structure.ts. */
export interface Recipe {
  charset: string;
  collation: string;
  /** Tables without rows, and code. */
  before: string[];
  /** Tables that have rows. */
  rows: TableRows[];
  /** How many rows there are in all, counted up to `COUNTED`. */
  rowCount: number;
  sequences: string[];
  /** What would see the rows come. */
  after: string[];
  objects: readonly DatabaseObject[];
}

export interface TableRows {
  table: string;
  /** All but computed ones. */
  columns: string[];
  versioned: boolean;
}

/** Rows of one table are counted up to here. */
export const COUNTED = 10_000;

/** Engines whose tables have no rows of their own. */
const ROWLESS = /^(MRG_MyISAM|FEDERATED|CONNECT|SPIDER|BLACKHOLE|SPHINX)$/i;

/** Reads what a copy of a database needs. */
export async function readRecipe(work: Work, database: string, structure: Structure): Promise<Recipe> {
  const ofKind = (...kinds: string[]) => structure.objects.filter(({ kind }) => kinds.includes(kind));
  const tables = ofKind("table").filter(({ engine }) => !ROWLESS.test(engine ?? ""));
  const counts = await countRows(work, database, tables);
  const filled = tables.filter((_table, at) => (counts[at] ?? 0) > 0);
  const columns = filled.length === 0 ? new Map<string, string[]>() : await readColumns(work, database);
  const sequences = ofKind("sequence");
  return {
    charset: structure.charset,
    collation: structure.collation,
    before: creationsOf(
      [...sequences, ...ofKind("table", "function", "procedure", "package", "package body")],
      structure.collation,
    ),
    rows: filled.map(({ name, versioned }) => ({
      table: name,
      columns: [...(columns.get(name) ?? []), ...(versioned ? ["row_start", "row_end"] : [])],
      versioned,
    })),
    rowCount: counts.reduce((sum, count) => sum + count, 0),
    sequences: await readSequences(work, database, sequences),
    after: creationsOf([...orderViews(ofKind("view")), ...ofKind("trigger", "event")], structure.collation),
    objects: structure.objects,
  };
}

async function countRows(work: Work, database: string, tables: readonly DatabaseObject[]): Promise<number[]> {
  const answers = await work.run(
    tables.map(({ name, versioned }) => {
      const all = versioned ? "FOR SYSTEM_TIME ALL " : "";
      const table = `${identifier(database)}.${identifier(name)}`;
      return `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${table} ${all}LIMIT ${COUNTED}) AS counted`;
    }),
  );
  return answers.map((rows) => Number(rows[0]?.["count"]));
}

async function readColumns(work: Work, database: string): Promise<Map<string, string[]>> {
  const [rows = []] = await work.run([
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ${literal(database)} AND COALESCE(GENERATION_EXPRESSION, '') = ''
     ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  ]);
  const columns = new Map<string, string[]>();
  for (const { table, name } of rows) {
    columns.set(table ?? "", [...(columns.get(table ?? "") ?? []), name ?? ""]);
  }
  return columns;
}

async function readSequences(
  work: Work,
  database: string,
  sequences: readonly DatabaseObject[],
): Promise<string[]> {
  const answers = await work.run(
    sequences.map(({ name }) => `SELECT * FROM ${identifier(database)}.${identifier(name)}`),
  );
  return sequences.map(({ name }, at) => {
    const { next_not_cached_value: next, cycle_count: round } = answers[at]?.[0] ?? {};
    return `DO SETVAL(${identifier(name)}, ${next}, 0, ${round})`;
  });
}

/** The statements that make the database whole, once it is there and its user too. */
export function statementsOf(recipe: Recipe, options: { name: string; source: string }): string[] {
  const { name, source } = options;
  return [
    `USE ${identifier(name)}`,
    ...recipe.before.map((text) => fillText(text, name)),
    "START TRANSACTION",
    ...copyRows(recipe.rows, source),
    "COMMIT",
    ...recipe.sequences,
    ...recipe.after.map((text) => fillText(text, name)),
    "USE information_schema",
  ];
}

/** Fills the empty tables of the database in use. */
export function copyRows(rows: readonly TableRows[], source: string): string[] {
  return rows.map((each) => copyTable(each, source));
}

function copyTable({ table, columns, versioned }: TableRows, source: string): string {
  const names = columns.map(identifier).join(", ");
  const from = `${identifier(source)}.${identifier(table)}${versioned ? " FOR SYSTEM_TIME ALL" : ""}`;
  return `INSERT INTO ${identifier(table)} (${names}) SELECT ${names} FROM ${from}`;
}
