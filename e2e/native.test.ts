import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { nativeProject, PASSWORD, postgresProject, redis, sql, up } from "./support/native-project.ts";
import { PROGRAM, seatrial, start } from "./support/program.ts";
import type { TestProject } from "./support/project.ts";
import { startSecondEngine } from "./support/second-engine.ts";

const nameOf = projectNames("native");

async function begin(name: string, make = nativeProject): Promise<TestProject> {
  const made = await make(name);
  return {
    ...made,
    async [Symbol.asyncDispose]() {
      await seatrial(["down"], { cwd: made.folder });
      await made[Symbol.asyncDispose]();
    },
  };
}

const exec = (cwd: string, ...words: string[]) => seatrial(["exec", ...words], { cwd });

interface ListedSpace {
  id: string;
  space: string;
  state: string;
  holder?: { suite: string };
}

async function spacesOf(cwd: string): Promise<ListedSpace[]> {
  const listed = await seatrial(["space", "list", "--json"], { cwd });
  expect(listed.code, listed.stderr).toBe(0);
  return JSON.parse(listed.stdout) as ListedSpace[];
}

it("services are up for programs of this machine until `down`, and nothing is left", async () => {
  const name = nameOf("up");
  await using made = await begin(name);
  const cwd = made.folder;
  const { variables, ...ended } = await up({ cwd });
  expect(ended.code, ended.stderr).toBe(0);
  expect(variables).toMatchObject({
    CACHE_HOST: "127.0.0.1",
    CACHE_URL: `redis://127.0.0.1:${variables["CACHE_PORT"]}/0`,
    SEATRIAL_BROKER: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  const file = `${cwd}/.seatrial/up.env`;
  expect(parseEnv(await readFile(file, "utf8"))).toEqual(variables);
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const first = await exec(cwd, "--", ...redis("CACHE_URL", "SET a 1"));
  expect(first.code, first.stderr).toBe(0);
  const second = await exec(cwd, "--", ...redis("CACHE_URL", "GET a"));
  expect(second.stdout).toBe("$1\n1\n");
  const suite = await exec(
    cwd,
    "--suite",
    "it",
    "--",
    "sh",
    "-c",
    "echo $CACHE $CACHE_HOST:$CACHE_PORT $SEATRIAL_SUITE",
  );
  const at = `127.0.0.1:${variables["CACHE_PORT"]}`;
  expect(suite.stdout).toBe(`${at} ${at} it\n`);
  expect((await exec(cwd, "--", "sh", "-c", "exit 9")).code).toBe(9);

  expect((await seatrial(["down"], { cwd })).code).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
  await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  const after = await exec(cwd, "--", "true");
  expect(after.code).toBe(2);
  expect(after.stderr).toContain("seatrial up");
});

it("env files go with what they speak of, wherever they are; whatever else is there stays", async () => {
  await using made = await begin(nameOf("files"));
  const cwd = made.folder;
  for (const file of ["first.env", "sub/second.env", "mine.env"])
    expect((await up({ cwd }, "--env-out", file)).code).toBe(0);
  expect(await readFile(`${cwd}/sub/second.env`, "utf8")).toContain("SEATRIAL_TOKEN=");
  await made.write("mine.env", "MINE=1\n");
  expect((await seatrial(["down"], { cwd })).code).toBe(0);
  for (const file of ["first.env", "sub/second.env"])
    await expect(stat(`${cwd}/${file}`)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readFile(`${cwd}/mine.env`, "utf8")).toBe("MINE=1\n");
});

it("a command that ends what is up has its own exit code nevertheless", async () => {
  await using made = await begin(nameOf("code"));
  const cwd = made.folder;
  await up({ cwd });
  const script = `${process.execPath} ${PROGRAM} down && exit 7`;
  const ended = await exec(cwd, "--suite", "it", "--", "sh", "-c", script);
  expect(ended.code, ended.stderr).toBe(7);
  expect(ended.stderr).toContain("spaces were not given back");
});

it("a shell can evaluate what `up` prints, and `exec --up` needs no `up` before", async () => {
  await using made = await begin(nameOf("shell"));
  const cwd = made.folder;
  const brought = await exec(cwd, "--up", "--", ...redis("CACHE_URL", "PING"));
  expect(brought.stdout, brought.stderr).toBe("+PONG\n");
  expect(await readFile(`${cwd}/.seatrial/up.env`, "utf8")).toContain("CACHE_URL=");
  const { stdout } = await seatrial(["up"], { cwd });
  await made.write("up.sh", stdout);
  const shell = await exec(cwd, "--", "sh", "-c", '. ./up.sh && test "$CACHE_URL" != "" && env -u X true');
  expect(shell.code, shell.stderr).toBe(0);
});

it("a command has spaces of its own; those of one that failed are kept, opened and dropped", async () => {
  await using made = await begin(nameOf("spaces"));
  const cwd = made.folder;
  await up({ cwd });
  const inSpace = (...commands: string[]) => ["--suite", "it", "--", ...redis("SPACE_URL", ...commands)];
  expect((await exec(cwd, ...inSpace("SET mine 1"))).code).toBe(0);
  expect((await exec(cwd, ...inSpace("GET mine"))).stdout).toBe("$-1\n");

  const failing = ["--suite", "it", "--", "sh", "-c", "node redis.mjs $SPACE_URL 'SET left behind'; exit 3"];
  expect((await exec(cwd, ...failing)).code).toBe(3);
  const kept = (await spacesOf(cwd)).filter(({ state }) => state === "kept");
  expect(kept).toMatchObject([{ space: "cache", holder: { suite: "it" } }]);
  const id = kept[0]?.id ?? "";
  const opened = await seatrial(["space", "open", id, "--", "get", "left"], { cwd });
  expect(opened.stdout, opened.stderr).toBe("behind\n");
  expect((await seatrial(["space", "list"], { cwd })).stdout).toContain(id);
  expect((await seatrial(["space", "keep", id, "--for", "1h"], { cwd })).code).toBe(0);
  expect((await seatrial(["space", "drop", id], { cwd })).code).toBe(0);
  expect((await spacesOf(cwd)).filter(({ state }) => state === "kept")).toEqual([]);
  expect((await seatrial(["space", "open", id], { cwd })).code).toBe(2);
});

it("clients of a suite's command take spaces as the suite, with its own environment in their configuration", async () => {
  await using made = await begin(nameOf("clients"));
  const cwd = made.folder;
  const config = await readFile(`${cwd}/seatrial.yaml`, "utf8");
  const other = "  other: { runner: command, command: 'true', needs: [cache], env: { LEVEL: other } }\n";
  await made.write(
    "seatrial.yaml",
    `${config.replace("env: {", "env: { LEVEL: own,")}${other}spaces: { cache: { files: app.tmpl } }\n`,
  );
  await made.write("app.tmpl", "{{env.LEVEL}} {{url}}");
  await made.write("ask.mjs", ASK);
  await up({ cwd });
  const asked = await exec(cwd, "--suite", "it", "--", process.execPath, "ask.mjs");
  const { url, files } = JSON.parse(asked.stdout) as { url: string; files: { text: string }[] };
  expect(
    files.map(({ text }) => text),
    asked.stderr,
  ).toEqual([`own ${url}`]);
  expect(await spacesOf(cwd)).toContainEqual(
    expect.objectContaining({ state: "kept", holder: expect.objectContaining({ suite: "it", test: "T" }) }),
  );
  // What the suites do not agree on is nobody's.
  const outside = await exec(cwd, "--", process.execPath, "ask.mjs");
  expect(JSON.parse(outside.stdout)).toMatchObject({ code: "CONFIG_TEMPLATE_INVALID" });
});

/** Takes a space over HTTP, says what it got, and fails its test. */
const ASK = `const { SEATRIAL_BROKER: broker, SEATRIAL_TOKEN: token } = process.env;
const post = async (path, body) =>
  await (await fetch(broker + path, { method: "POST", headers: { Authorization: "Bearer " + token }, body: JSON.stringify(body) })).json();
const space = await post("/v1/spaces", { space: "cache", test: "T" });
console.log(JSON.stringify(space));
await post("/v1/spaces/" + space.id + "/release", { outcome: "failed" });
`;

it("a PostgreSQL lets programs of this machine in, with whatever password it has", async () => {
  await using made = await begin(nameOf("postgres"), postgresProject);
  const cwd = made.folder;
  const { variables, ...ended } = await up({ cwd });
  expect(ended.code, ended.stderr).toBe(0);
  expect(new URL(variables["DB_URL"] ?? "").password).toBe(encodeURIComponent(PASSWORD));
  expect(parseEnv(await readFile(`${cwd}/.seatrial/up.env`, "utf8"))).toEqual(variables);
  const user = await exec(cwd, "--", ...sql("DB_URL", "select current_user || ' ' || current_database()"));
  expect(user.stdout, user.stderr).toBe("app shop\n");
  await made.write("up.sh", (await seatrial(["up"], { cwd })).stdout);
  const shell = await seatrial(
    ["exec", "--", "env", "-u", "DB_URL", "sh", "-c", '. ./up.sh; printf %s "$DB_URL"'],
    {
      cwd,
    },
  );
  expect(shell.stdout).toBe(variables["DB_URL"]);
  // The server asks for its password: its own 127.0.0.1, which it trusts, is not where these programs come from.
  const server = await exec(cwd, "--suite", "it", "--", ...sql("SERVER", "select 1"));
  expect(server.code).not.toBe(0);
  expect(server.stderr).toMatch(/password/);
});

it("a command's spaces in PostgreSQL are made by the migrations as they are now; a failed one's is opened with psql", async () => {
  const name = nameOf("migrations");
  await using made = await begin(name, postgresProject);
  const cwd = made.folder;
  await up({ cwd });
  const inSpace = (...statements: string[]) => ["--suite", "it", "--", ...sql("DATABASE_URL", ...statements)];
  const first = await exec(
    cwd,
    ...inSpace("insert into orders default values", "select count(*) from orders"),
  );
  expect(first.stdout, first.stderr).toBe("1\n");
  expect((await exec(cwd, ...inSpace("select count(*) from orders"))).stdout).toBe("0\n");

  await made.write("migrations/1.sql", "create table bills (id int);\n");
  const again = await seatrial(["up"], { cwd });
  expect(again.stderr).toMatch(/spaces of db has changed.*seatrial up --fresh/);
  const failed = await exec(cwd, ...inSpace("insert into bills values (7)", "select * from orders"));
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/relation "orders" does not exist/);
  const [kept] = (await spacesOf(cwd)).filter(({ state }) => state === "kept");
  const opened = await seatrial(["space", "open", kept?.id ?? "", "--", "-Atc", "select id from bills"], {
    cwd,
  });
  expect(opened.stdout, opened.stderr).toBe("7\n");
  const refused = await seatrial(["space", "open", kept?.id ?? "", "--", "-c", "create role x"], { cwd });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/permission denied/);
  expect((await seatrial(["down"], { cwd })).code).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
});

it("of two who bring a project up at once, one does, and both are told the same", async () => {
  const name = nameOf("race");
  await using made = await begin(name);
  const both = await Promise.all([1, 2].map(() => up({ cwd: made.folder })));
  for (const each of both) expect(each.code, each.stderr).toBe(0);
  expect(both[0]?.variables).toEqual(both[1]?.variables);
  const running = await docker("ps", "--filter", `label=seatrial.project=${name}`, "--format", "{{.Names}}");
  expect(running.split("\n")).toHaveLength(1);
});

it("worktrees of one project are up side by side, and end apart", async () => {
  const name = nameOf("worktrees");
  await using one = await begin(name);
  await using other = await begin(name);
  const [first, second] = [await up({ cwd: one.folder }), await up({ cwd: other.folder })];
  expect(first.variables["CACHE_PORT"]).not.toBe(second.variables["CACHE_PORT"]);
  expect(first.variables["SEATRIAL_TOKEN"]).not.toBe(second.variables["SEATRIAL_TOKEN"]);
  expect((await seatrial(["down"], { cwd: one.folder })).code).toBe(0);
  expect((await exec(other.folder, "--", ...redis("CACHE_URL", "PING"))).stdout).toBe("+PONG\n");
});

it("what has changed is said, and --fresh starts anew", async () => {
  await using made = await begin(nameOf("changed"));
  const cwd = made.folder;
  const before = await up({ cwd });
  expect((await up({ cwd })).variables).toEqual(before.variables);
  await made.write(
    "compose.yaml",
    "services:\n  cache:\n    image: redis:8\n    environment: { NEW: '1' }\n  more:\n    image: redis:8\n",
  );
  const again = await up({ cwd });
  expect(again.variables).toEqual(before.variables);
  expect(again.stderr).toMatch(/cache has changed.*seatrial up --fresh/);
  const more = await up({ cwd }, "more");
  expect(more.code).toBe(2);
  expect(more.stderr).toContain("UP_DIFFERS");
  const fresh = await up({ cwd }, "--fresh", "more");
  expect(Object.keys(fresh.variables)).toContain("MORE_PORT");
  expect(fresh.variables["SEATRIAL_BROKER"]).not.toBe(before.variables["SEATRIAL_BROKER"]);
});

it("when the owner is killed with kill -9, everything is gone at once, and can be up again", async () => {
  const name = nameOf("killed");
  await using made = await begin(name);
  const cwd = made.folder;
  await up({ cwd });
  process.kill(await ownerOf(cwd), "SIGKILL");
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (lines) => lines.filter((line) => !/ created$/.test(line)).length === 0,
    within: 5_000,
  });
  expect((await exec(cwd, "--", "true")).code).toBe(2);
  const again = await up({ cwd });
  expect(again.code, again.stderr).toBe(0);
});

it("a command whose exec is killed with kill -9 loses its spaces at once, and ends with what is up", async () => {
  const name = nameOf("orphan");
  await using made = await begin(name);
  const cwd = made.folder;
  await up({ cwd });
  const script = 'sleep 300 & echo "$$ $!" > begun; mv begun pids; wait';
  const { child } = start(["exec", "--suite", "it", "--", "sh", "-c", script], { cwd });
  const read = () => readFile(`${cwd}/pids`, "utf8").catch(() => "");
  const pids = (await eventually({ ask: read, until: (text) => text !== "", within: 20_000 }))
    .trim()
    .split(" ");
  async function running(): Promise<string[]> {
    // One that has ended may wait to be asked how.
    const states = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")),
    );
    return pids.filter((_, index) => !/\) [ZX]/.test(states[index] ?? ""));
  }
  expect((await spacesOf(cwd)).filter(({ state }) => state === "leased")).toHaveLength(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  await eventually({
    ask: () => spacesOf(cwd),
    until: (spaces) => spaces.every(({ state }) => state !== "leased"),
    within: 5_000,
  });
  expect(await running()).toEqual(pids);
  expect((await seatrial(["down"], { cwd })).code).toBe(0);
  expect(await running()).toEqual([]);
  expect(await leftovers({ project: name })).toEqual([]);
});

it("a service that cannot start is told, and nothing is left", async () => {
  const name = nameOf("failing");
  await using made = await begin(name);
  const cwd = made.folder;
  await made.write(
    "compose.yaml",
    "services:\n  cache:\n    image: redis:8\n    command: sh -c 'echo no room; exit 4'\n",
  );
  const ended = await up({ cwd });
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe("");
  expect(ended.stderr).toContain("no room");
  expect(await leftovers({ project: name })).toEqual([]);
});

it("services of an engine elsewhere are reached through their owner", async () => {
  const name = nameOf("elsewhere");
  await using engine = await startSecondEngine();
  await engine.load("redis:8");
  await using made = await nativeProject(name);
  const options = { cwd: made.folder, env: engine.env };
  try {
    const { variables, ...ended } = await up(options);
    expect(ended.code, ended.stderr).toBe(0);
    expect(variables["CACHE_HOST"]).toBe("127.0.0.1");
    const pong = await seatrial(["exec", "--suite", "it", "--", ...redis("CACHE_URL", "PING")], options);
    expect(pong.stdout, pong.stderr).toBe("+PONG\n");
  } finally {
    await seatrial(["down"], options);
  }
});

/** The process that owns what is up for a folder. */
async function ownerOf(cwd: string): Promise<number> {
  const home = process.env["XDG_STATE_HOME"] ?? `${process.env["HOME"]}/.local/state`;
  const [header = ""] = (await readFile(`${cwd}/.seatrial/up.env`, "utf8")).split("\n");
  const run = header.split(" ").at(-1);
  return (JSON.parse(await readFile(`${home}/seatrial/runs/${run}.json`, "utf8")) as { pid: number }).pid;
}
