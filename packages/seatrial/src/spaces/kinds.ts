import type { SpaceKind } from "../model/index.ts";
import type { SpaceKindDriver } from "./maker.ts";

/** Loads what knows a kind of server, when it is first needed: each brings a client library along. */
export async function loadKind(kind: SpaceKind): Promise<SpaceKindDriver> {
  switch (kind) {
    case "postgres":
      return (await import("./postgres/index.ts")).postgresKind;
    case "mysql":
      return (await import("./mysql/index.ts")).mysqlKind;
    case "redis":
      return (await import("./redis/index.ts")).redisKind;
    case "mongodb":
      return (await import("./mongodb/index.ts")).mongodbKind;
    case "nats":
      return (await import("./nats/index.ts")).natsKind;
    case "rabbitmq":
      return (await import("./rabbitmq/index.ts")).rabbitmqKind;
    case "s3":
      return (await import("./s3/index.ts")).s3Kind;
  }
}
