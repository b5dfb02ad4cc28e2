import type { SpacePlan, TemplatePlan } from "../../model/index.ts";
import { carryOut, type MongoStore } from "./mongo-store.ts";

/** A plan for spaces in MongoDB. */
export function mongoPlan(template: TemplatePlan, reuse: SpacePlan["reuse"] = "auto"): SpacePlan {
  return {
    name: "mongo",
    service: "mongo",
    kind: "mongodb",
    isolation: "database",
    template,
    reuse,
    limit: 64,
    ttl: 600_000,
    keep: { count: 10, time: 600_000, bytes: 1e9 },
    files: [],
  };
}

/** Fills the database `app` with collections of plain kinds. */
export function seedApp(store: MongoStore): void {
  const run = (command: object) => carryOut(store, { ...command, $db: "app" });
  run({ create: "customers", validator: { name: { $exists: true } } });
  run({ createIndexes: "customers", indexes: [{ key: { name: 1 }, name: "name_1", unique: true }] });
  run({
    insert: "customers",
    documents: [
      { _id: 1, name: "Ada" },
      { _id: 2, name: "Grace" },
    ],
  });
  run({ create: "orders" });
  run({ create: "named", viewOn: "customers", pipeline: [{ $project: { name: 1 } }] });
}
