// The server that all contestants share, seen from outside.
import { run } from "../command.mjs";
import { SCHEMA } from "./schema.mjs";

/** Workers of a contestant. */
export const WORKERS = 4;

/** Runs a script in the server's container; resolves with what it printed. */
export function inside(name, script) {
  return run("docker", ["exec", name, "sh", "-c", `(${script}) 2>/dev/null`]);
}

/** What the others need: a sealed template of their own, and databases for those that truncate. Resolves with the server's address. */
export async function prepareServer(name) {
  const sql = (text, database = "postgres") =>
    run("docker", [
      ...["exec", "--env", "PGPASSWORD=bench", name, "psql", "--no-psqlrc", "--quiet", "--host=127.0.0.1"],
      ...["--username=postgres", "--set=ON_ERROR_STOP=1", `--dbname=${database}`, `--command=${text}`],
    ]);
  await sql("CREATE DATABASE bench_template");
  await sql(SCHEMA, "bench_template");
  await sql("ALTER DATABASE bench_template IS_TEMPLATE true ALLOW_CONNECTIONS false");
  for (let worker = 0; worker < WORKERS; worker += 1)
    for (const way of ["truncated", "refilled"])
      await sql(`CREATE DATABASE ${way}_${worker} TEMPLATE bench_template STRATEGY FILE_COPY`);
  const address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const host = (await run("docker", ["inspect", "--format", address, name])).trim();
  return { host, port: 5432, user: "postgres", password: "bench" };
}

/** Microseconds of processors that the container has used. */
export async function serverCpu(name) {
  // Control groups of version 1, else 2.
  const script =
    "cat /sys/fs/cgroup/cpuacct/cpuacct.usage | sed 's/...$//' || sed -n 's/usage_usec //p' /sys/fs/cgroup/cpu.stat";
  return Number((await inside(name, `set -o pipefail; ${script}`)).trim());
}
