import type { Admin } from "./admin.ts";

/**
 * Tells one life of the server from the next: when one of its processes crashes, it ends all others and begins anew. Undefined where we
 * may not see it.
 */
export async function lifeOf({ query }: Admin): Promise<string | null | undefined> {
  const [row] = await query(`
    SELECT backend_start AS began FROM pg_stat_activity a WHERE to_jsonb(a) ->> 'backend_type' = 'checkpointer'`);
  return row?.["began"];
}
