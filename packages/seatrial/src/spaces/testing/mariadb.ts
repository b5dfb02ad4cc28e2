import { type Connection, createConnection } from "mysql2/promise";
import type { SpacePlan, TemplatePlan } from "../../model/index.ts";
import type { MadeSpace, MakerOptions, SpaceMaker, SpaceServer } from "../maker.ts";
import { mysqlKind } from "../mysql/index.ts";
import { type DockerServer, startDockerServer } from "./docker-server.ts";

const ROOT_PASSWORD = "it's a `secret`\\";

/** As the preset runs it in a run: nothing of a test needs to survive a power cut. */
const FLAGS = [
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-flush-method=nosync",
  "--innodb-doublewrite=OFF",
  "--event-scheduler=ON",
];

/** A real MariaDB. */
export async function startMariadb(owner: string): Promise<DockerServer> {
  return await startDockerServer({
    owner,
    image: "mariadb:11.8",
    port: 3306,
    env: { MARIADB_ROOT_PASSWORD: ROOT_PASSWORD, MARIADB_DATABASE: "app" },
    command: ["mariadbd", ...FLAGS],
    probe: { kind: "mysql", port: 3306, user: "root", password: ROOT_PASSWORD },
  });
}

/** Logs in: without a space, as root. */
export async function logIn(server: SpaceServer, space?: MadeSpace): Promise<Connection> {
  const stream = await server.dial(server.port, AbortSignal.timeout(10_000));
  stream.allowHalfOpen = false;
  const { user = "root", password = ROOT_PASSWORD, name } = space?.values ?? {};
  const connection = await createConnection({
    stream,
    user,
    password,
    ...(name === undefined ? {} : { database: name }),
    multipleStatements: true,
    charset: "utf8mb4",
  });
  // Servers and other sessions end it at will.
  connection.on("error", () => undefined);
  return connection;
}

/** Runs statements as a space's user, or as root, and gives the rows of the last. */
export async function query(server: SpaceServer, sql: string, space?: MadeSpace): Promise<unknown> {
  const connection = await logIn(server, space);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** Runs a file's text with the server's own client, as root. */
export async function load(server: SpaceServer, database: string, sql: string): Promise<void> {
  await asRoot(server, ["mariadb", "--no-defaults", ...LOCAL, "--comments", `--database=${database}`], sql);
}

/** What the server's own program writes of a database, without what differs from copy to copy: its name and label. */
export async function dumpOf(server: SpaceServer, name: string): Promise<string> {
  const complete = ["--routines", "--triggers", "--events", "--dump-history", "--order-by-primary"];
  const steady = ["--skip-comments", "--skip-dump-date", "--databases", name];
  const dump = await asRoot(server, ["mariadb-dump", "--no-defaults", ...LOCAL, ...complete, ...steady]);
  const label = /^(CREATE DATABASE .*\*\/) COMMENT '.*';$/m;
  return dump.replaceAll(`\`${name}\``, "`own`").replace(label, "$1;");
}

const LOCAL = [
  "--protocol=tcp",
  "--host=127.0.0.1",
  "--user=root",
  "--skip-ssl",
  "--default-character-set=utf8mb4",
];

async function asRoot(server: SpaceServer, argv: string[], input = ""): Promise<string> {
  const env = { MYSQL_PWD: ROOT_PASSWORD };
  const process = await server.run({ argv, env, stdin: true }, AbortSignal.timeout(30_000));
  const feeding = process.write(input).then(() => process.endInput());
  const output: Buffer[] = [];
  let errors = "";
  for await (const { stream, data } of process.output) {
    if (stream === "stdout") output.push(data);
    else errors += data;
  }
  const { code } = await process.exit;
  if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${errors}`);
  await feeding;
  return Buffer.concat(output).toString("latin1");
}

/** A maker in the server. */
export async function openMaker(
  server: SpaceServer,
  options: { prefix: string; template?: TemplatePlan } & Partial<
    Pick<MakerOptions, "runStep" | "signal" | "onNote">
  >,
): Promise<SpaceMaker> {
  const { prefix, template = { steps: [] } } = options;
  return await mysqlKind.open({
    plan: mysqlPlan(template),
    server,
    prefix,
    runStep: options.runStep ?? (async () => undefined),
    onNote: options.onNote ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
  });
}

function mysqlPlan(template: TemplatePlan): SpacePlan {
  return {
    name: "db",
    service: "db",
    kind: "mysql",
    isolation: "database",
    template,
    reuse: "auto",
    limit: 64,
    ttl: 600_000,
    keep: { count: 10, time: 600_000, bytes: 1e9 },
    files: [],
  };
}
