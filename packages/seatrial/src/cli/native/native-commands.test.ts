import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type Description, openControl, type ProcessRef, processIdentity } from "../../run/index.ts";
import { openEndpoint, spaceError } from "../../spaces/index.ts";
import { fakeBroker } from "../../spaces/testing/fake-broker.ts";
import { addressKind } from "../../spaces/testing/fake-kind.ts";
import { spacePlan } from "../../spaces/testing/plan.ts";
import { untilAborted } from "../../support/abort.ts";
import { type At, at, PROJECT } from "../testing/at.ts";

const FILES = {
  ...PROJECT,
  "seatrial.yaml":
    "name: shop\nimage: { release: release, test: test }\nsuites:\n" +
    "  unit: { command: check }\n" +
    "  away: { command: check, app: { image: release } }\n" +
    '  local: { command: check, env: { CACHE: "redis://db:5432/0" } }\n' +
    "  spaced: { command: check, needs: [db], spaces: { URL: db } }\n",
  "ask.mjs":
    'import { writeFileSync } from "node:fs";\n' +
    "const { SEATRIAL_BROKER, SEATRIAL_TOKEN, SEATRIAL_SUITE } = process.env;\n" +
    "const headers = { Authorization: `Bearer ${SEATRIAL_TOKEN}` };\n" +
    'const body = JSON.stringify({ space: "db", test: "T" });\n' +
    'const answer = await fetch(`${SEATRIAL_BROKER}/v1/spaces`, { method: "POST", headers, body });\n' +
    'writeFileSync("out", JSON.stringify({ suite: SEATRIAL_SUITE, ...(await answer.json()) }));\n',
};

/** An owner in this process, as if something were up for the folder. */
async function owner(here: At, changes: Partial<Description> = {}) {
  const state = `${here.path}/home/.local/state/seatrial/runs`;
  const users: AbortSignal[] = [];
  const commands: ProcessRef[] = [];
  const broker = fakeBroker({ definitions: ["db", "postgres"] });
  const endpoint = openEndpoint({
    broker,
    plans: [],
    kind: async () => addressKind,
    caller: { run: "up1", suite: "", admin: true },
    reach: { address: async (host, port) => ({ host, port }) },
    token: null,
  });
  const description: Description = {
    version: 1,
    run: "up1",
    project: "shop",
    root: here.path,
    folder: here.path,
    control: "",
    kind: "up",
    state: "ready",
    lease: 60_000,
    services: [
      {
        outcome: {
          name: "db",
          image: "x",
          standIn: false,
          snapshot: "none",
          status: "ready",
          log: "logs/db.log",
        },
        names: ["db"],
        ports: [5432],
      },
    ],
    definitions: [],
    native: {
      addresses: { db: { 5432: { host: "127.0.0.1", port: 40_000 } } },
      variables: { DB_PORT: "40000", SEATRIAL_TOKEN: "t o" },
    },
    ...changes,
  };
  const control = await openControl({
    folder: state,
    run: "up1",
    duties: {
      describe: async () => description,
      settled: Promise.resolve(),
      extend: async () => "later",
      use: async (user, command) => {
        users.push(user);
        if (command !== undefined) commands.push(command);
        await untilAborted(user);
        return undefined;
      },
      expire: () => undefined,
      address: async () => ({ host: "127.0.0.1", port: 1 }),
      broker: (connection) => endpoint.accept(connection),
      define: async () => undefined,
    },
  });
  const stats = await readFile(`/proc/${process.pid}/stat`, "utf8");
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const identity = `${boot} ${stats.slice(stats.lastIndexOf(")") + 2).split(" ")[19]}`;
  await mkdir(state, { recursive: true });
  const entry = {
    run: "up1",
    root: here.path,
    project: "shop",
    endpoint: "x",
    pid: process.pid,
    identity,
    tags: [],
  };
  await writeFile(`${state}/up1.json`, JSON.stringify({ ...entry, kind: "up", control: control.path }));
  return {
    users,
    commands,
    broker,
    async [Symbol.asyncDispose]() {
      await control[Symbol.asyncDispose]();
      await endpoint.close();
    },
  };
}

const PATH = "/bin:/usr/bin";
const shell = (script: string) => ["--", "/bin/sh", "-c", script];

describe("exec", () => {
  it("says how to begin where nothing is up", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("exec", ...shell("true"))).toBe(2);
    expect(here.stderr()).toContain("[NOT_UP]");
    expect(here.stderr()).toContain("seatrial up");
  });

  it("runs with the variables of what is up, which it uses meanwhile", async () => {
    await using here = await at(FILES, { PATH });
    await using up = await owner(here);
    expect(await here.seatrial("exec", ...shell('echo "$DB_PORT $SEATRIAL_TOKEN" > out; exit 5'))).toBe(5);
    expect(await readFile(`${here.path}/out`, "utf8")).toBe("40000 t o\n");
    expect(up.users.length).toBeGreaterThan(0);
    await Promise.all(up.users.map((user) => untilAborted(user)));
  });

  it("tells the owner which process it runs, which nobody else could end when it is killed itself", async () => {
    await using here = await at(FILES, { PATH });
    await using up = await owner(here);
    const running = here.seatrial("exec", ...shell("echo $$ > pid; until [ -e go ]; do sleep 0.02; done"));
    await expect.poll(() => up.commands).toHaveLength(1);
    const pid = Number(await readFile(`${here.path}/pid`, "utf8"));
    expect(up.commands).toEqual([{ pid, identity: await processIdentity(pid) }]);
    await writeFile(`${here.path}/go`, "");
    expect(await running).toBe(0);
  });

  it("lets a suite's clients take spaces as this suite, with its own environment in their configuration", async () => {
    await using here = await at(FILES, { PATH });
    const files = [{ name: "app.ini", path: "app.ini.tmpl", text: "cache = {{env.CACHE}}\n" }];
    await using up = await owner(here, { definitions: [spacePlan({ files })] });
    expect(await here.seatrial("exec", "--suite", "local", "--", process.execPath, "ask.mjs")).toBe(0);
    expect(JSON.parse(await readFile(`${here.path}/out`, "utf8"))).toMatchObject({
      suite: "local",
      files: [{ text: "cache = redis://127.0.0.1:40000/0\n" }],
    });
    expect(up.broker.requests).toMatchObject([{ holder: { run: "up1", suite: "local", test: "T" } }]);
  });

  it("ends as its command did, also where its spaces cannot be given back", async () => {
    await using here = await at(FILES, { PATH });
    await using up = await owner(here);
    up.broker.release = () =>
      Promise.reject(spaceError({ code: "SPACE_SERVER_LOST", message: "the server is gone" }));
    expect(await here.seatrial("exec", "--suite", "spaced", ...shell('[ "$URL" != "" ] && exit 5'))).toBe(5);
    expect(here.stderr()).toBe("! the command's spaces were not given back: the server is gone\n");
  });

  it("does not take an owner whose start failed", async () => {
    await using here = await at(FILES, { PATH });
    await using _up = await owner(here, { state: "failed" });
    expect(await here.seatrial("exec", ...shell("true"))).toBe(2);
    expect(here.stderr()).toContain("[NOT_UP]");
  });

  it("does not take what is up for another folder", async () => {
    await using here = await at(FILES, { PATH });
    await using other = await at(FILES, { PATH });
    await using _up = await owner(here);
    await writeFile(`${other.path}/x`, "");
    expect(await other.seatrial("exec", ...shell("true"))).toBe(2);
  });
});

describe("space", () => {
  it("lists nothing where nothing is alive", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("space", "list")).toBe(0);
    expect(here.stdout()).toBe("no spaces\n");
  });

  it("lists, keeps and drops the spaces of living owners", async () => {
    await using here = await at(FILES);
    await using up = await owner(here);
    const holder = { run: "up1", suite: "native", test: "T", attempt: 1 };
    const { id } = await up.broker.acquire({ space: "postgres", holder }, AbortSignal.timeout(5_000));
    expect(await here.seatrial("space", "list")).toBe(0);
    expect(here.stdout()).toMatch(
      new RegExp(`${id}\\s+postgres\\s+st_test_1\\s+native\\s+T\\s+up1\\s+leased`),
    );
    expect(await here.seatrial("space", "keep", id, "--for", "1h")).toBe(0);
    expect(await here.seatrial("space", "keep", id)).toBe(0);
    expect(here.stdout()).toMatch(/kept (\S+) until (\S+Z)\nkept \1 until \2, as it was before\n$/);
    expect((await up.broker.list())[0]?.state).toBe("kept");
    expect(await here.seatrial("space", "drop", id)).toBe(0);
    expect((await up.broker.list())[0]?.state).toBe("gone");
  });

  it("leaves out owners that have just ended", async () => {
    await using here = await at(FILES);
    await using up = await owner(here);
    const state = `${here.path}/home/.local/state/seatrial/runs`;
    const entry = JSON.parse(await readFile(`${state}/up1.json`, "utf8"));
    const gone = { ...entry, run: "gone", control: `${state}/gone.sock` };
    await writeFile(`${state}/gone.json`, JSON.stringify(gone));
    const holder = { run: "up1", suite: "native", test: "T", attempt: 1 };
    const { id } = await up.broker.acquire({ space: "postgres", holder }, AbortSignal.timeout(5_000));
    expect(await here.seatrial("space", "list", "--all")).toBe(0);
    expect(here.stdout()).toContain(id);
    expect(await here.seatrial("space", "drop", id)).toBe(0);
  });

  it.each([["open"], ["drop"], ["keep"]])("%s says that there is no such space", async (action) => {
    await using here = await at(FILES);
    await using _up = await owner(here);
    expect(await here.seatrial("space", action, "nope")).toBe(2);
    expect(here.stderr()).toContain("[SPACE_NOT_FOUND]");
  });

  it("refuses a time that is none", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("space", "keep", "x", "--for", "soon")).toBe(2);
    expect(here.stderr()).toContain("[DURATION_INVALID]");
  });
});

describe("up", () => {
  it("refuses a time that is none, and a format that it does not know", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("up", "--for", "soon")).toBe(2);
    expect(here.stderr()).toContain("[DURATION_INVALID]");
    expect(await here.seatrial("up", "--format", "xml")).toBe(2);
    await expect(stat(`${here.path}/.seatrial/up.env`)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
