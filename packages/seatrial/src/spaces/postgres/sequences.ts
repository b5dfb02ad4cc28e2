import type { Query } from "./session.ts";

/** How many a statement asks or sets: over thousands a server thinks for minutes, and it has locks for some thousands only. */
const BATCH = 200;

/** The calls that set sequences to what they are, by oid. */
export async function readSequences(query: Query): Promise<Map<string, string>> {
  const sequences = await query(`
    SELECT oid, oid::regclass::text AS name FROM pg_class WHERE relkind = 'S' AND relpersistence <> 't'`);
  const calls = new Map<string, string>();
  for (const batch of batchesOf(sequences)) {
    const selects = batch.map(({ oid, name }) => `SELECT ${oid} AS oid, last_value, is_called FROM ${name}`);
    for (const { oid, last_value, is_called } of await query(selects.join(" UNION ALL ")))
      calls.set(oid ?? "", `setval(${oid}, ${last_value}, ${is_called === "t"})`);
  }
  return calls;
}

/**
 * Sets sequences to what they are, as far as we may. One that gave values is logged 32 ahead of them, so that it skips those after a crash
 * (SEQ_LOG_VALS in PostgreSQL's commands/sequence.c); what is set is logged as it is.
 */
export async function holdSequences(query: Query): Promise<void> {
  const sequences = await query(`
    SELECT oid FROM pg_class WHERE relkind = 'S' AND relpersistence <> 't'
      AND has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'UPDATE')`);
  for (const batch of batchesOf(sequences)) {
    const oids = batch.map(({ oid }) => oid).join(", ");
    // No value: it has given none.
    await query(`
      SELECT setval(s, value) FROM unnest('{${oids}}'::oid[]) s, pg_sequence_last_value(s) value
      WHERE value IS NOT NULL`);
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}
