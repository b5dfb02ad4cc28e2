import type { MadeSpace } from "../maker.ts";
import { inParallel } from "../parallel.ts";
import { type Definitions, fingerprintOf } from "./definitions.ts";
import type { Vhosts } from "./vhosts.ts";

/** Exchanges that hold nothing but what an export shows. Those of plugins may hold messages. */
const STATELESS = ["direct", "fanout", "topic", "headers"];

/**
 * Puts a used vhost back to its template: every queue goes, with its messages, and what is declared is declared again. The space has
 * a new password then, which keeps out whoever comes back with the old one. True when the result is proven to be the template.
 * False: a client is connected or just going, or there is something that cannot be judged.
 */
export async function resetVhost(parts: {
  vhosts: Vhosts;
  space: MadeSpace;
  template: Definitions;
  signal: AbortSignal;
}): Promise<boolean> {
  const { vhosts, space, template, signal } = parts;
  const { name } = space;
  const at = encodeURIComponent(name);
  // Told by the server's own count, which knows a connection within a moment; the list of all connections is seconds old.
  const isInUse = async () => (await vhosts.rows(`connections/username/${at}`, signal)).length > 0;
  if (await isInUse()) return false;
  space.values["password"] = await vhosts.renew(name, signal);
  const now = await vhosts.export(name, signal);
  if (!now.exchanges.every(({ type }) => STATELESS.includes(String(type)))) return false;

  const queues = await vhosts.rows(`queues/${at}?columns=name,exclusive`, signal);
  // Its connection is about to end, and nobody else can delete it.
  if (queues.some(({ exclusive }) => exclusive === true)) return false;
  const declared = template.exchanges.map(textOf);
  const extra = now.exchanges.filter((exchange) => !declared.includes(textOf(exchange)));
  await inParallel(queues, (queue) => vhosts.remove(`queues/${at}`, queue, signal));
  await inParallel(extra, (exchange) => vhosts.remove(`exchanges/${at}`, exchange, signal));
  await vhosts.import(name, template, signal);
  // By now it counts whoever came in with the old password in its last moment.
  if (await isInUse()) return false;
  return fingerprintOf(await vhosts.export(name, signal)) === fingerprintOf(template);
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}
