import type { SpaceKindDriver } from "../maker.ts";
import { openAccountMaker } from "./account-maker.ts";
import { natsClient, natsEnv, natsValues } from "./address.ts";
import { openProcessMaker } from "./process-maker.ts";

/** NATS. Isolation `process` by default; `account` shares one server process of ours among all spaces of a definition. */
export const natsKind: SpaceKindDriver = {
  kind: "nats",
  async open(options) {
    if (options.plan.isolation === "account") return await openAccountMaker(options);
    return await openProcessMaker(options);
  },
  values: natsValues,
  env: natsEnv,
  client: natsClient,
};
