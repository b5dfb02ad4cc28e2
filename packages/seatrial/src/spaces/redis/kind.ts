import type { SpaceKindDriver } from "../maker.ts";
import { redisClient, redisEnv, redisValues } from "./address.ts";
import { openDatabaseMaker } from "./database-maker.ts";
import { openPrefixMaker } from "./prefix-maker.ts";
import { openProcessMaker } from "./process-maker.ts";

/** Redis and what speaks like it. Isolation `process` by default; `prefix` and `database` need Redis 7, or any Valkey. */
export const redisKind: SpaceKindDriver = {
  kind: "redis",
  async open(options) {
    const { isolation } = options.plan;
    if (isolation === "prefix") return await openPrefixMaker(options);
    if (isolation === "database") return await openDatabaseMaker(options);
    return await openProcessMaker(options);
  },
  values: redisValues,
  env: redisEnv,
  client: redisClient,
};
