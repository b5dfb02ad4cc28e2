import type { Preset, PresetContext } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that hold MongoDB. */
export const MONGODB_IMAGES = [
  "mongo",
  "mongodb",
  "mongodb-community-server",
  "mongodb-enterprise-server",
  "mongodb-atlas-local",
  "percona-server-mongodb",
];

/** MongoDB. Its bootstrap server listens on loopback only, so one answer is enough. */
export function mongodbPreset(context: PresetContext): Preset {
  const { words, env } = context;
  const root = ["MONGO_INITDB_ROOT", "MONGODB_INITDB_ROOT"];
  const user =
    setting(context, [...root.map((prefix) => `${prefix}_USERNAME`), "MONGODB_ROOT_USER"]) ??
    (context.image?.bitnami ? "root" : undefined);
  const password = setting(context, [...root.map((prefix) => `${prefix}_PASSWORD`), "MONGODB_ROOT_PASSWORD"]);
  const port = portOf([optionValue(words, ["--port"]), env["MONGODB_PORT_NUMBER"]], 27017);
  const known = user !== undefined && password !== undefined;
  return {
    name: "mongodb",
    probe: { kind: "mongodb", port, ...(known ? { user, password } : {}) },
    confirmations: 1,
    // A replica set is not ready before someone initiates it, and projects commonly let the health check do that.
    yieldsToHealthcheck: optionValue(words, ["--replSet"]) !== undefined,
  };
}
