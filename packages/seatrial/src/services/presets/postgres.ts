import type { ProbeSpec } from "../../model/index.ts";
import { IGNORED_ENV, type Preset, type PresetContext, type SnapshotDescription } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that hold PostgreSQL. */
export const POSTGRES_IMAGES = [
  "postgres",
  "postgresql",
  "postgis",
  "pgvector",
  "pgrouting",
  "timescaledb",
  "timescaledb-ha",
  "citus",
  "paradedb",
];

const DATA = "/.seatrial-data/postgres";

/** PostgreSQL: the official image, those built on it, and Bitnami's. */
export function postgresPreset(context: PresetContext): Preset {
  return {
    name: "postgres",
    probe: probeOf(context),
    // Some images bootstrap with a server that answers over the network too. It is restarted within moments, so two answers
    // with one start time are asked for; the second costs a few milliseconds.
    confirmations: 2,
    yieldsToHealthcheck: false,
    snapshot: snapshotOf(context),
  };
}

function probeOf(context: PresetContext): ProbeSpec {
  const user = setting(context, ["POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"]) ?? "postgres";
  return {
    kind: "postgres",
    port: portOf([portOption(context), context.env["PGPORT"], context.env["POSTGRESQL_PORT_NUMBER"]], 5432),
    user,
    password: setting(context, ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"]),
    database:
      setting(context, ["POSTGRES_DB", "POSTGRESQL_DATABASE"]) ??
      (context.image?.bitnami ? "postgres" : user),
  };
}

function portOption({ words }: PresetContext): string | undefined {
  return parameter(words, "port") ?? optionValue(words, ["-p", "--port"]);
}

/** The value of a server parameter that the command sets: `-c name=value`, `-cname=value` or `--name=value`. */
function parameter(words: readonly string[], name: string): string | undefined {
  const separate = words.filter((_, index) => words[index - 1] === "-c");
  const attached = words.flatMap((word) => /^(?:-c|--)(?=\w)(.*)$/s.exec(word)?.[1] ?? []);
  const found = [...separate, ...attached].filter((word) => word.startsWith(`${name}=`)).at(-1);
  return found?.slice(name.length + 1);
}

function snapshotOf(context: PresetContext): SnapshotDescription | undefined {
  const { env, words } = context;
  const init = env["POSTGRES_INITDB_ARGS"] ?? "";
  if (context.image?.bitnami || placesDataItself(context, init)) return undefined;
  return {
    entrypoint: "docker-entrypoint.sh",
    servers: ["postgres"],
    relocation: { env: { PGDATA: DATA }, arguments: [] },
    relaxation: {
      env: { POSTGRES_INITDB_ARGS: `${init} --no-sync`.trim() },
      // Each copy of a database for a space ends in a checkpoint: their lines would hide what tests did.
      arguments: ["fsync", "synchronous_commit", "full_page_writes", "log_checkpoints"].flatMap((name) => [
        "-c",
        `${name}=off`,
      ]),
    },
    dataDirectory: DATA,
    usualDataDirectories: ["/var/lib/postgresql", env["PGDATA"] ?? []].flat(),
    // Fast shutdown: it ends the sessions and writes a checkpoint. TERM would wait for the sessions.
    stopSignal: "INT",
    initFolder: "/docker-entrypoint-initdb.d",
    ignoredEnv: IGNORED_ENV,
  };

  function placesDataItself(given: PresetContext, initArguments: string): boolean {
    const config = parameter(words, "config_file");
    return (
      words.some((word) => word.startsWith("-D") || word.startsWith("--data")) ||
      parameter(words, "data_directory") !== undefined ||
      env["POSTGRES_INITDB_WALDIR"] !== undefined ||
      /(^|\s)(-X|--waldir|-D|--pgdata)/.test(initArguments) ||
      /^\s*data_directory\s*[= ]/m.test((config === undefined ? "" : given.fileText(config)) ?? "")
    );
  }
}
