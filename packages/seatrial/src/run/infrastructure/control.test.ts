import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deferred, untilAborted } from "../../support/abort.ts";
import { type ControlDuties, openControl } from "./control.ts";
import { connectOwner } from "./control-client.ts";
import { removeSocket } from "./control-socket.ts";
import type { Description } from "./description.ts";

const signal = new AbortController().signal;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-control-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const description: Description = {
  version: 1,
  run: "r1",
  project: "shop",
  root: "/project",
  folder: "/project/.seatrial/runs/r1",
  control: "x",
  kind: "up",
  state: "ready",
  services: [],
  definitions: [],
};

async function serve(changes: Partial<ControlDuties> = {}, where = path.join(folder, "runs")) {
  const control = await openControl({
    folder: where,
    run: "r1",
    duties: {
      describe: async () => description,
      settled: Promise.resolve(),
      extend: async (time) => `in ${time}`,
      use: async (user) => void (await untilAborted(user)),
      expire: () => undefined,
      broker: (connection) => void connection.destroy(),
      address: async (_service, port) => ({ host: "127.0.0.1", port: port + 1 }),
      ...changes,
    },
  });
  return { control, owner: connectOwner({ run: "r1", control: control.path }) };
}

describe("a control socket", () => {
  it("can be opened by its user only, and is gone with its owner", async () => {
    const { control } = await serve();
    expect((await stat(control.path)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(control.path))).mode & 0o777).toBe(0o700);
    await control[Symbol.asyncDispose]();
    expect(await readdir(path.join(folder, "runs"))).toEqual([]);
  });

  it("is elsewhere where its path is too long for a socket", async () => {
    const { control, owner } = await serve({}, path.join(folder, "x".repeat(120)));
    expect(path.dirname(path.dirname(control.path))).toBe(tmpdir());
    expect((await stat(path.dirname(control.path))).mode & 0o777).toBe(0o700);
    expect((await owner.describe({ signal })).run).toBe("r1");
    await control[Symbol.asyncDispose]();
    await expect(stat(path.dirname(control.path))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("says that its folder cannot be written", async () => {
    await writeFile(path.join(folder, "file"), "");
    await expect(serve({}, path.join(folder, "file", "runs"))).toThrowWithCode("STATE_NOT_WRITABLE");
  });

  it("is removed after an owner that was killed", async () => {
    await writeFile(path.join(folder, "control.sock"), "");
    await removeSocket(path.join(folder, "control.sock"));
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("an owner over its socket", () => {
  it("describes itself, at once or when it has settled", async () => {
    const settled = deferred<void>();
    let state: Description["state"] = "starting";
    const { control, owner } = await serve({
      settled: settled.promise,
      describe: async () => ({ ...description, state }),
    });
    await using _control = control;
    expect((await owner.describe({ signal })).state).toBe("starting");
    const waiting = owner.describe({ settled: true, signal });
    state = "ready";
    settled.resolve();
    expect((await waiting).state).toBe("ready");
  });

  it("extends its lease, and lets it end", async () => {
    let expired = 0;
    const { control, owner } = await serve({
      expire: () => {
        expired += 1;
      },
    });
    await using _control = control;
    expect(await owner.extend(5_000, signal)).toBe("in 5000");
    await owner.expire(signal);
    expect(expired).toBe(1);
  });

  it("takes env files to remove", async () => {
    const taken: string[] = [];
    const { control, owner } = await serve({ ownEnvFile: (file) => void taken.push(file) });
    await using _control = control;
    await owner.ownEnvFile("/a b/c.env", signal);
    expect(taken).toEqual(["/a b/c.env"]);
  });

  it("is used until the user lets go", async () => {
    const users: AbortSignal[] = [];
    const { control, owner } = await serve({
      use: async (user) => {
        users.push(user);
        await untilAborted(user);
        return undefined;
      },
    });
    await using _control = control;
    const over = new AbortController();
    await owner.use(over.signal);
    const [user] = users;
    expect(user?.aborted).toBe(false);
    over.abort(new Error("enough"));
    await untilAborted(user ?? signal);
  });

  it("tells its users why it has ended, or merely that it has", async () => {
    const problem = { code: "SERVICE_EXITED", message: "Service db exited." };
    const failed = deferred<typeof problem>();
    const { control, owner } = await serve({ use: () => failed.promise });
    const told = await owner.use(signal);
    failed.resolve(problem);
    expect(await told.ended).toMatchObject(problem);
    await control[Symbol.asyncDispose]();

    const other = await serve();
    const { ended } = await other.owner.use(signal);
    await other.control[Symbol.asyncDispose]();
    expect((await ended).code).toBe("OWNER_AWAY");
  });

  it("gives an address for as long as it is asked for", async () => {
    const asked = deferred<AbortSignal>();
    const { control, owner } = await serve({
      async address(service, port, gone) {
        asked.resolve(gone);
        return { host: service, port };
      },
    });
    await using _control = control;
    const over = new AbortController();
    expect(await owner.address("db", 5432, over.signal)).toEqual({ host: "db", port: 5432 });
    const gone = await asked.promise;
    expect(gone.aborted).toBe(false);
    over.abort(new Error("the space is gone"));
    await untilAborted(gone);
  });

  it("hands over a connection to its broker, with the bytes that come at once", async () => {
    const { control, owner } = await serve({
      broker: (connection, definitions) =>
        void connection.on("data", (chunk) => connection.end(`${definitions} heard ${chunk}`)),
    });
    await using _control = control;
    const connection = await owner.dialBroker({ definitions: "a b", signal });
    connection.write("hello");
    const [answer] = await once(connection, "data");
    expect(String(answer)).toBe("a b heard hello");
  });

  it("refuses what it does not know, does not have, or cannot read", async () => {
    const { control, owner } = await serve({
      address: async () => {
        throw new Error("service x is none of the run's");
      },
    });
    await using _control = control;
    await expect(owner.address("x", 1, signal)).toThrowWithCode("CONTROL_REFUSED");
    await expect(owner.address("x", 0, signal)).toThrowWithCode("CONTROL_REFUSED");
    await expect(owner.extend(-1, signal)).toThrowWithCode("CONTROL_REFUSED");
    await expect(
      owner.define({ digest: "", plans: [], early: [], steps: [], images: [] }, signal),
    ).toThrowWithCode("CONTROL_REFUSED");
  });

  it("is away when nobody listens, or when it ends before it has answered", async () => {
    const gone = connectOwner({ run: "r1", control: path.join(folder, "none.sock") });
    await expect(gone.describe({ signal })).toThrowWithCode("OWNER_AWAY");
    const { control, owner } = await serve({ settled: new Promise(() => undefined) });
    const waiting = owner.describe({ settled: true, signal });
    waiting.catch(() => undefined);
    await owner.describe({ signal });
    await control[Symbol.asyncDispose]();
    await expect(waiting).toThrowWithCode("OWNER_AWAY");
  });

  it("is not waited for any longer than the signal says", async () => {
    const { control, owner } = await serve({ settled: new Promise(() => undefined) });
    await using _control = control;
    const reason = new Error("stopped");
    await expect(owner.describe({ settled: true, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
