import type { SpaceKindDriver } from "../maker.ts";
import { envOf, valuesOf } from "./address.ts";
import { openMaker } from "./maker.ts";

/** Makes spaces in PostgreSQL 12 and later. Used ones are put back in place from PostgreSQL 15 on, where we are its superuser. */
export const postgresKind: SpaceKindDriver = {
  kind: "postgres",
  open: openMaker,
  values: valuesOf,
  env: envOf,
  client: (values) => ({ argv: ["psql"], env: envOf(values) }),
};
