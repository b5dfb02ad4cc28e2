// Where a kept database lives while it is used: in the container's own layer over the snapshot, or copied into memory first.
import { connect } from "node:net";
import { call, keepInitialised } from "./bare-engine.mjs";
import { run } from "./command.mjs";
import { measure, table } from "./measure.mjs";

const kept = "seatrial-bench:storage";
const RELAXED = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
const WRITES = `do $$ begin
  for i in 1..200 loop
    execute format('create table t%s (id serial primary key, body text)', i);
    execute format('insert into t%s (body) select repeat(''x'', 200) from generate_series(1, 200)', i);
  end loop;
end $$;`;

const places = {
  overlay: { env: ["PGDATA=/kept/data"], command: ["postgres", ...RELAXED], host: {} },
  tmpfs: {
    env: ["PGDATA=/memory/data"],
    entrypoint: ["sh", "-c"],
    command: [`cp -a /kept/data /memory/data && exec docker-entrypoint.sh postgres ${RELAXED.join(" ")}`],
    host: { Tmpfs: { "/memory": "mode=0777" } },
  },
};

async function start({ env, entrypoint, command, host }) {
  const { Id } = await call("POST", "/containers/create", {
    Image: kept,
    Env: ["POSTGRES_PASSWORD=bench", ...env],
    Cmd: command,
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    HostConfig: host,
  });
  await call("POST", `/containers/${Id}/start`);
  const { NetworkSettings } = await call("GET", `/containers/${Id}/json`);
  await untilListening(NetworkSettings.IPAddress, 5432);
  return Id;
}

function untilListening(host, port) {
  return new Promise((resolve) => {
    const attempt = () => {
      const socket = connect({ host, port });
      socket.on("connect", () => {
        socket.destroy();
        resolve();
      });
      socket.on("error", () => setTimeout(attempt, 10));
    };
    attempt();
  });
}

const remove = (id) => call("DELETE", `/containers/${id}?force=true&v=true`);
const write = (id) => run("docker", ["exec", id, "psql", "-U", "postgres", "-q", "-c", WRITES]);

export async function snapshotStorage({ rounds = 7 } = {}) {
  const started = [];
  await keepInitialised({ image: "postgres:17", reference: kept });
  try {
    const boots = await measure({
      rounds,
      contestants: Object.entries(places).map(([name, place]) => ({
        name: `${name}: start until it listens`,
        run: async () => void started.push(await start(place)),
      })),
    });
    await Promise.all(started.splice(0).map(remove));
    const databases = {};
    for (const [name, place] of Object.entries(places)) {
      databases[name] = await start(place);
      started.push(databases[name]);
    }
    const writes = await measure({
      rounds,
      contestants: Object.entries(databases).map(([name, id]) => ({
        name: `${name}: 200 tables and 40,000 rows`,
        run: async () => {
          await write(id);
          await run("docker", [
            "exec",
            id,
            "psql",
            "-U",
            "postgres",
            "-q",
            "-c",
            "drop schema public cascade; create schema public",
          ]);
        },
      })),
    });
    return `${table(boots)}\n\n${table(writes)}`;
  } finally {
    await Promise.all(started.map(remove));
    await run("docker", ["image", "rm", "--force", kept]);
  }
}
