import { type Ended, type ProgramOptions, ROOT, seatrial } from "./program.ts";
import { project, type TestProject } from "./project.ts";

/** Speaks to a Redis: `node redis.mjs URL "SET a b" …`, each reply in a line. */
const REDIS = `import { connect } from "node:net";
const [url, ...commands] = process.argv.slice(2);
const { hostname, port, username, password } = new URL(url);
const login = password === "" ? [] : [["AUTH", username || "default", decodeURIComponent(password)].join(" ")];
const socket = connect(Number(port), hostname);
let text = "";
socket.on("data", (chunk) => { text += chunk; });
socket.on("end", () => process.stdout.write(text.replaceAll("\\r\\n", "\\n").replace(/^(\\+OK\\n)/, login.length > 0 ? "" : "$1").replace(/\\+OK\\n$/, "")));
socket.write([...login, ...commands, "QUIT"].map((line) => line + "\\r\\n").join(""));
`;

/** A project with a Redis that its suite needs; the suite's own test is one of this machine, too. */
export async function nativeProject(name: string): Promise<TestProject> {
  return await project({
    Dockerfile: "FROM redis:8\n",
    "compose.yaml": "services:\n  cache:\n    image: redis:8\n",
    "seatrial.yaml": `name: ${name}
suites:
  it:
    runner: command
    command: sh -c 'redis-cli -h cache incr runs'
    needs: [cache]
    env: { CACHE: "cache:6379", CACHE_HOST: cache, CACHE_PORT: "6379" }
    spaces: { SPACE_URL: cache }
`,
    "redis.mjs": REDIS,
  });
}

/** Speaks to a PostgreSQL: `node sql.mjs URL "select 1" …`, the first column of each row in a line. */
const SQL = `import { createRequire } from "node:module";
const { Client } = createRequire("${ROOT}/packages/seatrial/package.json")("pg");
const [connectionString, ...statements] = process.argv.slice(2);
const client = new Client({ connectionString });
await client.connect();
for (const text of statements) {
  const { rows } = await client.query({ text, rowMode: "array" });
  for (const [value] of rows) console.log(value);
}
await client.end();
`;

/** The password of its server, with what is special in shells, URLs and env files. */
export const PASSWORD = "p'w $x@";

/** A project with a PostgreSQL whose spaces are made by migrations; the suite prints the tables of its space. */
export async function postgresProject(name: string): Promise<TestProject> {
  return await project({
    Dockerfile: "FROM postgres:17\n",
    "compose.yaml": `services:
  db:
    image: postgres:17
    environment: { POSTGRES_USER: app, POSTGRES_DB: shop, POSTGRES_PASSWORD: "${PASSWORD.replace("$", "$$$$")}" }
`,
    "migrations/1.sql": "create table orders (id serial primary key);\n",
    "seatrial.yaml": `name: ${name}
spaces: { db: { migrations: migrations/*.sql } }
suites:
  it:
    runner: command
    command: sh -c 'psql "$$DATABASE_URL" -Atc "select tablename from pg_tables where schemaname = current_schema() order by 1"'
    needs: [db]
    env: { SERVER: "postgres://app@db/shop" }
    spaces: { DATABASE_URL: db }
`,
    "sql.mjs": SQL,
  });
}

/** The words that run statements in the database that a variable names. */
export function sql(variable: string, ...statements: string[]): string[] {
  return ["sh", "-c", `node sql.mjs "$${variable}" "$@"`, "sql", ...statements];
}

/** Brings a project up, and gives its variables. */
export async function up(
  options: ProgramOptions,
  ...flags: string[]
): Promise<Ended & { variables: Record<string, string> }> {
  const ended = await seatrial(["up", "--format", "json", ...flags], options);
  return { ...ended, variables: ended.code === 0 ? JSON.parse(ended.stdout) : {} };
}

/** The words that run a script against the Redis that a variable names. */
export function redis(variable: string, ...commands: string[]): string[] {
  const words = commands.map((command) => `'${command}'`).join(" ");
  return ["sh", "-c", `node redis.mjs "$${variable}" ${words}`];
}
