import { expect, it } from "vitest";
import type { Definitions } from "./definitions.ts";
import { resetVhost } from "./reset.ts";
import type { Vhosts } from "./vhosts.ts";

const EMPTY = {
  exchanges: [],
  queues: [],
  bindings: [],
  policies: [],
  parameters: [],
} as unknown as Definitions;

/** A vhost with these queues and no connection. */
function vhostWith(queues: Record<string, unknown>[]) {
  const removed: unknown[] = [];
  const vhosts: Partial<Vhosts> = {
    rows: async (path) => (path.startsWith("queues/") ? queues : []),
    renew: async () => "another password",
    export: async () => EMPTY,
    import: async () => undefined,
    async remove(_path, row) {
      removed.push(row["name"]);
    },
  };
  return { vhosts: vhosts as Vhosts, removed };
}

async function reset(queues: Record<string, unknown>[]) {
  const { vhosts, removed } = vhostWith(queues);
  const space = { name: "st_1", port: 5672, values: {} };
  const { signal } = new AbortController();
  return { isBack: await resetVhost({ vhosts, space, template: EMPTY, signal }), removed };
}

it("a vhost without connections is put back, its queues gone", async () => {
  const queues = [{ name: "orders", exclusive: false }];
  expect(await reset(queues)).toEqual({ isBack: true, removed: ["orders"] });
});

it("a vhost with the queue of a connection that is just going is not, and nothing of it is asked for", async () => {
  const queues = [
    { name: "orders", exclusive: false },
    { name: "only mine", exclusive: true },
  ];
  expect(await reset(queues)).toEqual({ isBack: false, removed: [] });
});
