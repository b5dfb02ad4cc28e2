import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { docker } from "../engine.ts";

/** A PostgreSQL that outlives whoever uses it, until it is closed; by itself after 15 minutes. */
export interface LastingServer extends AsyncDisposable {
  host: string;
  password: string;
  /** As its superuser, over a connection of its own. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  /** kill -9, by the process id that the server itself shows; says whether there was such a process. */
  kill(pid: number): Promise<boolean>;
}

export const PASSWORD = "lasting";
const FLAGS = [
  "fsync=off",
  "synchronous_commit=off",
  // So that a crash takes whatever nobody waited for.
  "wal_writer_delay=10s",
  "full_page_writes=off",
  "max_connections=200",
  // Thousands of logins to passwords that are random.
  "scram_iterations=1",
];
const LIFE_S = 900;

/** Starts one, with its data in memory. */
export async function startLastingServer(name: string): Promise<LastingServer> {
  await docker(
    ...["run", "--detach", "--rm", "--name", name, "--label", `seatrial.project=${name}`],
    ...["--env", `POSTGRES_PASSWORD=${PASSWORD}`, "--env", "POSTGRES_INITDB_ARGS=--no-sync"],
    ...["--env", "PGDATA=/memory/data", "--tmpfs", "/memory:mode=1777", "--init", "postgres:17"],
    ...[
      "timeout",
      String(LIFE_S),
      "docker-entrypoint.sh",
      "postgres",
      ...FLAGS.flatMap((flag) => ["-c", flag]),
    ],
  );
  const address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const host = await docker("inspect", "--format", address, name);

  async function query(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ host, user: "postgres", password: PASSWORD, database, ssl: false });
    client.on("error", () => undefined);
    await client.connect();
    try {
      const results = [await client.query(sql)].flat();
      return results.at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }

  const until = Date.now() + 60_000;
  while (true) {
    try {
      await query("SELECT 1");
      break;
    } catch (error) {
      if (Date.now() > until) throw error;
      await wait(100);
    }
  }
  return {
    host,
    password: PASSWORD,
    query,
    kill: (pid) =>
      docker("exec", name, "kill", "-9", String(pid)).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: async () => void (await docker("rm", "--force", "--volumes", name)),
  };
}
