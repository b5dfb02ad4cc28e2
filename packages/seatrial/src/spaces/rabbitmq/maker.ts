import type { MakerOptions, SpaceMaker } from "../maker.ts";
import { type Management, openManagement } from "./management.ts";
import { resetVhost } from "./reset.ts";
import { buildTemplate } from "./template.ts";
import { vhostsOf } from "./vhosts.ts";

/** With these plugins a vhost holds what no export shows: retained messages, messages that are due later, the last ones of an exchange. */
const HOARDING_PROTOCOLS = /mqtt/;
const HOARDING_EXCHANGES = /^x-(delayed-message|recent-history)$/;

/** Makes vhosts of one definition through the server's management API. */
export async function openVhostMaker(options: MakerOptions): Promise<SpaceMaker> {
  const management = await openManagement(options);
  try {
    const vhosts = vhostsOf(management, options.server.port);
    const template = await buildTemplate(options, vhosts);
    const canReset = options.plan.reuse !== "recreate" && !(await hoards(management, options.signal));

    return {
      async make(name, signal) {
        const made = await vhosts.make(name, { isTemplate: false }, signal);
        await vhosts.import(name, template, signal);
        return made;
      },
      reset: async (space, signal) => canReset && (await resetVhost({ vhosts, space, template, signal })),
      drop: (name, signal) => vhosts.drop(name, signal),
      async list(prefix, signal) {
        const [places, users] = await Promise.all([
          vhosts.rows("vhosts?columns=name", signal),
          vhosts.rows("users?columns=name", signal),
        ]);
        const names = new Set([...places, ...users].map(({ name }) => String(name)));
        return [...names].filter((name) => name.startsWith(prefix));
      },
      label: (name, text, signal) => vhosts.describe(name, text, signal),
      async size({ name }, signal) {
        const path = `queues/${encodeURIComponent(name)}?columns=memory,message_bytes`;
        const queues = await vhosts.rows(path, signal);
        // The server counts every few seconds; of a new queue it does not tell.
        const told = queues.flatMap((queue) => [queue["memory"], queue["message_bytes"]]).filter(isNumber);
        return told.length === 0 ? undefined : told.reduce((sum, bytes) => sum + bytes, 0);
      },
      async [Symbol.asyncDispose]() {
        management[Symbol.dispose]();
      },
    };
  } catch (error) {
    management[Symbol.dispose]();
    throw error;
  }
}

async function hoards(management: Management, signal: AbortSignal): Promise<boolean> {
  const path = "/api/overview?columns=listeners.protocol,exchange_types.name";
  const seen = (await management.get(path, signal)) as Partial<{
    listeners: { protocol: string }[];
    exchange_types: { name: string }[];
  }>;
  const { listeners, exchange_types: exchanges } = seen;
  if (listeners === undefined || exchanges === undefined) return true;
  return (
    listeners.some(({ protocol }) => HOARDING_PROTOCOLS.test(protocol)) ||
    exchanges.some(({ name }) => HOARDING_EXCHANGES.test(name))
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
