import type { ProbeSpec } from "../../model/index.ts";
import { IGNORED_ENV, type Preset, type PresetContext, type SnapshotDescription } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that hold MySQL or MariaDB. */
export const MYSQL_IMAGES = ["mysql", "mysql-server", "mariadb", "percona", "percona-server"];

const DATA = "/.seatrial-data/mysql";

/** MySQL, MariaDB and Percona Server: official images and Bitnami's. */
export function mysqlPreset(context: PresetContext): Preset {
  return {
    name: "mysql",
    probe: probeOf(context),
    // The bootstrap server runs with --skip-networking: whoever answers is the real one.
    confirmations: 1,
    yieldsToHealthcheck: false,
    snapshot: snapshotOf(context),
  };
}

function probeOf(context: PresetContext): ProbeSpec {
  const { env, words } = context;
  const port = portOf(
    [
      optionValue(words, ["--port", "-P"]),
      env["MYSQL_TCP_PORT"],
      ...either("PORT_NUMBER").map((name) => env[name]),
    ],
    3306,
  );
  const account = accountOf(context);
  // A password that only the container knows, random or given as a hash.
  if (account === undefined) return { kind: "tcp", port };
  return { kind: "mysql", port, ...account, database: setting(context, either("DATABASE")) };
}

function accountOf(context: PresetContext): { user: string; password?: string } | undefined {
  const user = setting(context, either("USER"));
  const password = setting(context, either("PASSWORD"));
  if (user !== undefined && password !== undefined) return { user, password };
  const rootHost = setting(context, either("ROOT_HOST")) ?? "%";
  if (rootHost !== "%") return undefined;
  const rootPassword = setting(context, either("ROOT_PASSWORD"));
  if (rootPassword !== undefined) return { user: "root", password: rootPassword };
  const allowed = [
    ...either("ALLOW_EMPTY_PASSWORD"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
    "ALLOW_EMPTY_PASSWORD",
  ];
  return setting(context, allowed) === undefined ? undefined : { user: "root" };
}

/** MariaDB's images know a setting under both names, its own first. */
function either(name: string): [string, string] {
  return [`MARIADB_${name}`, `MYSQL_${name}`];
}

function snapshotOf(context: PresetContext): SnapshotDescription | undefined {
  const placesData =
    /^(-h|--datadir|--innodb[-_](data|log[-_]group|undo)[-_](home[-_]dir|directory)|--log-bin=\/)/;
  if (context.image?.bitnami || context.words.some((word) => placesData.test(word))) return undefined;
  return {
    entrypoint: "docker-entrypoint.sh",
    servers: ["mariadbd", "mysqld"],
    relocation: { env: {}, arguments: [`--datadir=${DATA}`] },
    relaxation: { env: {}, arguments: RELAXED },
    dataDirectory: DATA,
    usualDataDirectories: ["/var/lib/mysql"],
    stopSignal: "TERM",
    initFolder: "/docker-entrypoint-initdb.d",
    ignoredEnv: IGNORED_ENV,
  };
}

/** Known to MySQL 5.7 and later and to MariaDB 10.4 and later; `loose` makes an unknown one a warning in others. */
const RELAXED = [
  "--loose-innodb-flush-log-at-trx-commit=0",
  "--loose-innodb-flush-method=nosync",
  "--loose-innodb-doublewrite=OFF",
  "--loose-sync-binlog=0",
];
