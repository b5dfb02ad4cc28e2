// The Engine API with nothing around it, in the best order that we know: the yardstick for our own overhead.
import { request } from "node:http";

const socketPath = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", "");

export function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const data = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      data === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(data) };
    const outgoing = request({ socketPath, method, path, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(text === "" ? undefined : parse(text));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(data);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Keeps a PostgreSQL's first state as an image, its data outside of declared volumes. */
export async function keepInitialised({ image, reference }) {
  const name = `bench-initialise-${process.pid}`;
  const { Id } = await call("POST", `/containers/create?name=${name}`, {
    Image: image,
    Env: ["POSTGRES_PASSWORD=bench", "PGDATA=/kept/data"],
  });
  try {
    await call("POST", `/containers/${Id}/start`);
    for (let tries = 0; tries < 600; tries += 1) {
      const exec = await call("POST", `/containers/${Id}/exec`, {
        Cmd: ["pg_isready", "-h", "127.0.0.1"],
        AttachStdout: true,
      });
      await call("POST", `/exec/${exec.Id}/start`, { Detach: false });
      if ((await call("GET", `/exec/${exec.Id}/json`)).ExitCode === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await call("POST", `/containers/${Id}/stop?t=30`);
    const [repo, tag] = reference.split(":");
    await call("POST", `/commit?container=${Id}&repo=${repo}&tag=${tag}`, {});
  } finally {
    await call("DELETE", `/containers/${Id}?force=true&v=true`);
  }
}

let cycles = 0;

/** Network, database and test at once, the test's end, everything removed. */
export async function bareCycle({ database, test, command }) {
  cycles += 1;
  const name = `bench-bare-${process.pid}-${cycles}`;
  const network = await call("POST", "/networks/create", {
    Name: name,
    CheckDuplicate: false,
    IPAM: { Config: [{ Subnet: `10.214.${cycles % 250}.0/26` }] },
  });
  const ids = [];
  const create = async (part, body) => {
    const { Id } = await call("POST", `/containers/create?name=${name}-${part}`, {
      ...body,
      Healthcheck: { Test: ["NONE"] },
      HostConfig: { NetworkMode: network.Id },
      NetworkingConfig: { EndpointsConfig: { [network.Id]: { Aliases: [part] } } },
    });
    ids.push(Id);
    await call("POST", `/containers/${Id}/start`);
    return Id;
  };
  try {
    const started = await Promise.allSettled([
      create("db", {
        Image: database,
        Env: ["POSTGRES_PASSWORD=bench", "PGDATA=/kept/data"],
        Cmd: ["postgres", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
      }),
      create("check", {
        Image: test,
        Env: ["PGHOST=db", "PGUSER=postgres", "PGPASSWORD=bench"],
        Cmd: command,
      }),
    ]);
    for (const each of started) if (each.status === "rejected") throw each.reason;
    const { StatusCode } = await call("POST", `/containers/${started[1].value}/wait`);
    if (StatusCode !== 0) throw new Error(`the bare cycle's test ended with ${StatusCode}`);
  } finally {
    await Promise.all(ids.map((id) => call("DELETE", `/containers/${id}?force=true&v=true`)));
    await call("DELETE", `/networks/${network.Id}`);
  }
}
