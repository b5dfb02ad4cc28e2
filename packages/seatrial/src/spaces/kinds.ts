import type { SpaceKind } from "../model/index.ts";
import type { SpaceKindDriver } from "./maker.ts";

/** Loads what knows a kind of server, when it is first needed: each brings a client library along. */
export async function loadKind(kind: SpaceKind): Promise<SpaceKindDriver> {
  switch (kind) {
    case "redis":
      return (await import("./redis/index.ts")).redisKind;
    case "nats":
      return (await import("./nats/index.ts")).natsKind;
  }
  throw new Error(`spaces of kind ${kind} are not built yet`);
}
