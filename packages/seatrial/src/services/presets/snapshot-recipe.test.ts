import { describe, expect, test } from "vitest";
import type { FileSpec, ImageConfig, ServiceSpec } from "../../model/index.ts";
import { presetFor } from "./preset-for.ts";
import { snapshotRecipe } from "./snapshot-recipe.ts";

const PG_MOVED = { PGDATA: "/.seatrial-data/postgres" };
const PG_RELAXED = ["fsync", "synchronous_commit", "full_page_writes", "log_checkpoints"].flatMap((name) => [
  "-c",
  `${name}=off`,
]);
const MYSQL_MOVED = "--datadir=/.seatrial-data/mysql";

const servers = { "postgres:17": "postgres", "mysql:8.4": "mysqld", "mariadb:11": "mariadbd" };
type Known = keyof typeof servers;

interface Change {
  service?: Partial<ServiceSpec>;
  image?: Partial<ImageConfig>;
  files?: Record<string, string>;
}

function prepare(reference: Known, { service, image, files }: Change = {}) {
  const preset = presetFor({
    image: reference,
    env: service?.env ?? {},
    command: service?.command,
    entrypoint: service?.entrypoint,
    fileText: (path) => files?.[path],
  });
  if (preset?.snapshot === undefined) return undefined;
  return snapshotRecipe(preset.snapshot).prepare({
    spec: { ...SERVICE, image: { kind: "reference", reference, pull: "missing" }, ...service },
    image: { ...IMAGE, command: [servers[reference]], ...image },
  });
}

const IMAGE: ImageConfig = {
  user: "",
  env: {},
  entrypoint: ["docker-entrypoint.sh"],
  command: [],
  workingDir: "",
  volumes: [],
  ports: [],
  labels: {},
};

const SERVICE: ServiceSpec = {
  name: "db",
  image: { kind: "target", target: "db" },
  env: {},
  aliases: [],
  files: [],
  mounts: [],
  dependsOn: [],
  readiness: { probes: [], deadline: 60_000 },
  oneShot: false,
  stopGrace: 10_000,
  limits: {},
  security: {
    privileged: false,
    readOnlyRoot: false,
    capAdd: [],
    capDrop: [],
    options: [],
    groupAdd: [],
    sysctls: {},
    devices: [],
  },
  extraHosts: [],
  labels: {},
  durable: false,
  snapshots: true,
};

const fileAt = (target: string): FileSpec => ({ from: { kind: "path", path: "x" }, target });

describe("postgres", () => {
  test("is moved and relaxed, and ended by a fast shutdown", () => {
    const prepared = prepare("postgres:17", { service: { env: { POSTGRES_PASSWORD: "x" } } });
    expect(prepared?.spec.env).toEqual({
      POSTGRES_PASSWORD: "x",
      ...PG_MOVED,
      POSTGRES_INITDB_ARGS: "--no-sync",
    });
    expect(prepared?.spec.command).toEqual(["postgres", ...PG_RELAXED]);
    expect(prepared?.stopSignal).toBe("INT");
  });

  test("keeps its durability when it is to be durable", () => {
    const prepared = prepare("postgres:17", { service: { durable: true } });
    expect(prepared?.spec.env).toEqual(PG_MOVED);
    expect(prepared?.spec.command).toEqual(["postgres"]);
  });

  test("keeps the user's initdb arguments", () => {
    const prepared = prepare("postgres:17", {
      service: { env: { POSTGRES_INITDB_ARGS: "--data-checksums" } },
    });
    expect(prepared?.spec.env["POSTGRES_INITDB_ARGS"]).toBe("--data-checksums --no-sync");
  });

  test.each([
    [
      ["postgres", "-c", "fsync=on"],
      ["postgres", ...PG_RELAXED, "-c", "fsync=on"],
    ],
    [
      ["-c", "wal_level=logical"],
      [...PG_RELAXED, "-c", "wal_level=logical"],
    ],
  ])("with the command %j has the user's settings last, where they count", (command, expected) => {
    expect(prepare("postgres:17", { service: { command } })?.spec.command).toEqual(expected);
  });

  test.each<[string, Change]>([
    ["a script as its command", { service: { command: ["sh", "-c", "postgres"] } }],
    ["a server by its path", { service: { command: ["/usr/bin/postgres"] } }],
    ["an empty command", { service: { command: [] } }],
    ["an entrypoint of its own", { service: { entrypoint: ["/start.sh"] } }],
    ["an entrypoint that takes arguments", { image: { entrypoint: ["docker-entrypoint.sh", "-x"] } }],
    ["another image's entrypoint", { image: { entrypoint: ["/opt/run.sh"] } }],
    ["another user", { service: { user: "1000:1000" } }],
    ["a read-only root", { service: { security: { ...SERVICE.security, readOnlyRoot: true } } }],
    ["an image with another user", { image: { user: "postgres" } }],
    ["a data directory on the command", { service: { command: ["postgres", "-D", "/data"] } }],
    ["a data directory as a setting", { service: { command: ["-c", "data_directory=/data"] } }],
    ["a separate log directory", { service: { env: { POSTGRES_INITDB_WALDIR: "/wal" } } }],
    ["a log directory for initdb", { service: { env: { POSTGRES_INITDB_ARGS: "--waldir=/wal" } } }],
    ["data brought along", { service: { files: [fileAt("/var/lib/postgresql/data")] } }],
    [
      "data in a volume that others share",
      {
        service: {
          mounts: [{ kind: "volume", name: "d", target: "/var/lib/postgresql/data", readOnly: false }],
        },
      },
    ],
    ["a file among the data", { service: { files: [fileAt("/var/lib/postgresql/data/pg_hba.conf")] } }],
    ["data in a folder above", { service: { files: [fileAt("/var/lib")] } }],
    [
      "data where its variable says",
      { service: { env: { PGDATA: "/mine" }, files: [fileAt("/mine/PG_VERSION")] } },
    ],
    [
      "a data directory in its configuration file",
      {
        service: { command: ["postgres", "-c", "config_file=/etc/pg.conf"] },
        files: { "/etc/pg.conf": "work_mem = 8MB\ndata_directory = '/data'\n" },
      },
    ],
  ])("with %s is left as it is", (_, change) => {
    expect(prepare("postgres:17", change)).toBeUndefined();
  });

  test.each<[string, Change]>([
    ["files elsewhere", { service: { files: [fileAt("/docker-entrypoint-initdb.d/1.sql")] } }],
    ["a name that only begins alike", { service: { files: [fileAt("/var/lib/postgresql-extra/x")] } }],
    ["root by number", { service: { user: "0:0" } }],
    [
      "the image's entrypoint, written out",
      { service: { entrypoint: ["docker-entrypoint.sh"], command: ["postgres"] } },
    ],
    ["the entrypoint's whole path", { image: { entrypoint: ["/usr/local/bin/docker-entrypoint.sh"] } }],
    [
      "a configuration file of its own",
      {
        service: { command: ["postgres", "-c", "config_file=/etc/pg.conf"] },
        files: { "/etc/pg.conf": "#data_directory = '/data'\n" },
      },
    ],
  ])("with %s is moved all the same", (_, change) => {
    expect(prepare("postgres:17", change)?.spec.env).toMatchObject(PG_MOVED);
  });

  test("with an entrypoint set and no command has nothing to run", () => {
    expect(prepare("postgres:17", { service: { entrypoint: ["docker-entrypoint.sh"] } })).toBeUndefined();
  });
});

describe("mysql and mariadb", () => {
  test.each<Known>(["mysql:8.4", "mariadb:11"])("%s is moved and relaxed by arguments", (reference) => {
    const prepared = prepare(reference);
    const [server, moved, ...relaxed] = prepared?.spec.command ?? [];
    expect([server, moved]).toEqual([servers[reference], MYSQL_MOVED]);
    expect(relaxed).toContain("--loose-innodb-flush-log-at-trx-commit=0");
    expect(relaxed.every((argument) => argument.startsWith("--loose-"))).toBe(true);
    expect(prepared?.stopSignal).toBe("TERM");
  });

  test("keeps its durability when it is to be durable", () => {
    const prepared = prepare("mysql:8.4", { service: { durable: true, command: ["--sql-mode=ANSI"] } });
    expect(prepared?.spec.command).toEqual([MYSQL_MOVED, "--sql-mode=ANSI"]);
  });

  test.each<[string, Change]>([
    ["a data directory", { service: { command: ["mysqld", "--datadir=/data"] } }],
    ["a short one", { service: { command: ["mysqld", "-h", "/data"] } }],
    ["InnoDB's files elsewhere", { service: { command: ["--innodb-data-home-dir=/x"] } }],
    ["a wrapper", { service: { command: ["mysqld_safe"] } }],
    ["data brought along", { service: { files: [fileAt("/var/lib/mysql/")] } }],
  ])("with %s is left as it is", (_, change) => {
    expect(prepare("mysql:8.4", change)).toBeUndefined();
  });
});

test.each([
  "bitnami/postgresql",
  "bitnami/mysql",
  "bitnami/mariadb",
  "redis",
  "mongo",
  "rabbitmq",
  "apache/kafka",
])("nothing is kept of %s", (image) => {
  expect(presetFor({ image, env: {} })?.snapshot).toBeUndefined();
});

test("the init folder and the variables that do not count are part of a description", () => {
  for (const image of ["postgres", "mysql"]) {
    const snapshot = presetFor({ image, env: {} })?.snapshot;
    expect(snapshot?.initFolder).toBe("/docker-entrypoint-initdb.d");
    expect(snapshot?.ignoredEnv).toContain("TERM");
    expect(snapshot?.ignoredEnv).not.toContain("TZ");
  }
});
