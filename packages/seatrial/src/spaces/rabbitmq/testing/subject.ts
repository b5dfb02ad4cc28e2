import type { MadeSpace, MakerOptions, SpaceServer } from "../../maker.ts";
import { spacePlan } from "../../testing/plan.ts";
import { rabbitmqKind } from "../index.ts";
import { type AmqpClient, connectAmqp } from "./amqp.ts";

/** Options for a maker of vhosts. */
export function makerOptions(
  server: SpaceServer,
  changes: Partial<Omit<MakerOptions, "plan">> & { plan?: Partial<MakerOptions["plan"]> } = {},
): MakerOptions {
  return {
    server,
    prefix: "st_0badcafe_t0_",
    runStep: async () => {
      throw new Error("no step of somebody else's was planned");
    },
    onNote: () => undefined,
    signal: new AbortController().signal,
    ...changes,
    plan: spacePlan({ service: server.service, kind: "rabbitmq", isolation: "vhost", ...changes.plan }),
  };
}

/** Connects as a test would: with the address that the space's values give. */
export async function connectTo(server: SpaceServer, space: MadeSpace): Promise<AmqpClient> {
  const values = rabbitmqKind.values(space, { host: "127.0.0.1", port: space.port });
  const url = new URL(values["url"] ?? "");
  return await connectAmqp(await server.dial(Number(url.port), new AbortController().signal), {
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    vhost: decodeURIComponent(url.pathname.slice(1)),
  });
}
