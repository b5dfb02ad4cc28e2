import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SPACE_PARTS } from "../../model/index.ts";
import type { MadeSpace, SpaceKindDriver, SpaceMaker } from "../maker.ts";

/** What the contract needs of a kind and a server of it that nobody else changes meanwhile. Closing it ends the server. */
export interface KindSubject extends AsyncDisposable {
  driver: SpaceKindDriver;
  /** A maker in the server; called several times. The prefix is that of `MakerOptions`. */
  openMaker(prefix: string, signal: AbortSignal): Promise<SpaceMaker>;
  /** Connects as a test would, with the space's own values, and holds on. Rejects when it is refused. */
  connect(space: MadeSpace): Promise<KindConnection>;
  /** Everything that a test could see of it but for its name and secrets. */
  fingerprint(space: MadeSpace): Promise<string>;
  /** Changes it as most tests do, so that the fingerprint is another one. */
  dirty(space: MadeSpace): Promise<void>;
  /** Further ways to change it; each may be put back or not, but never half. */
  dirtier?: Record<string, (space: MadeSpace) => Promise<void>>;
  /** Spaces outlive the maker that made them, and another one lists and drops them. Default: true. */
  outlives?: boolean;
}

export interface KindConnection extends AsyncDisposable {
  /** Resolves when the server has ended it. */
  ended: Promise<unknown>;
}

/** What every kind promises, as tests. `open` is called once. */
export function describeKind({ name, open }: { name: string; open: () => Promise<KindSubject> }): void {
  describe(`the contract of kinds: ${name}`, () => {
    const prefix = `st_${randomBytes(4).toString("hex")}_`;
    const signal = new AbortController().signal;
    let subject: KindSubject;
    let maker: SpaceMaker;
    let count = 0;
    const nextName = () => `${prefix}${++count}`;
    const make = () => maker.make(nextName(), signal);
    const connects = async (space: MadeSpace) => {
      await using _connection = await subject.connect(space);
    };

    beforeAll(async () => {
      subject = await open();
      maker = await subject.openMaker(`${prefix}t0_`, signal);
    }, 120_000);

    afterAll(async () => {
      for (const left of await maker.list(prefix, signal)) await maker.drop(left, signal);
      const rest = await maker.list(prefix, signal);
      await maker[Symbol.asyncDispose]();
      await subject[Symbol.asyncDispose]();
      expect(rest).toEqual([]);
    }, 120_000);

    test("a space can be connected to as soon as it is made, and is listed", async () => {
      const name = nextName();
      const space = await maker.make(name, signal);
      expect(space.name).toBe(name);
      expect(space.port).toBeGreaterThan(0);
      await connects(space);
      expect(await maker.list(name, signal)).toContain(name);
    });

    test("its address has a url, the host and the port; its variables and its client are made of them", async () => {
      const space = await make();
      const values = subject.driver.values(space, { host: "db.test", port: 4321 });
      expect(values).toMatchObject({ ...space.values, host: "db.test", port: "4321" });
      expect(values["url"]).toContain("db.test");
      expect(SPACE_PARTS[subject.driver.kind]).toEqual(expect.arrayContaining(Object.keys(values)));
      const env = subject.driver.env(values);
      expect(Object.keys(env)).not.toEqual([]);
      for (const [key, value] of Object.entries(env)) expect([key, typeof value]).toEqual([key, "string"]);
      expect(subject.driver.client(values).argv.length).toBeGreaterThan(0);
      expect(subject.driver.values(space, { host: "db.test", port: 4321 })).toEqual(values);
    });

    test("every space begins the same, and what one changes no other one sees", async () => {
      const [one, other] = [await make(), await make()];
      const clean = await subject.fingerprint(one);
      expect(await subject.fingerprint(other)).toBe(clean);
      await subject.dirty(one);
      expect(await subject.fingerprint(one)).not.toBe(clean);
      expect(await subject.fingerprint(other)).toBe(clean);
      expect(await subject.fingerprint(await make())).toBe(clean);
    });

    const changes = () => ({ "as most tests do": subject.dirty, ...subject.dirtier });

    test("a space that was put back is as a new one, behind another password; any other can be dropped", async () => {
      const clean = await subject.fingerprint(await make());
      for (const [how, change] of Object.entries(changes())) {
        const space = await make();
        await change(space);
        const before = { ...space, values: { ...space.values } };
        if (await maker.reset(space, signal)) {
          expect(await subject.fingerprint(space), how).toBe(clean);
          await connects(space);
          // What a test left running knows the old one.
          if (before.values["password"] !== undefined) await expect(connects(before), how).rejects.toThrow();
        }
        await maker.drop(space.name, signal);
        expect(await maker.list(space.name, signal), how).not.toContain(space.name);
      }
    });

    test("putting back does not wear out: ten times in a row it says the same of the same change", async () => {
      const space = await make();
      const clean = await subject.fingerprint(space);
      for (let turn = 0; turn < 10; turn += 1) {
        await subject.dirty(space);
        if (!(await maker.reset(space, signal))) break;
        expect(await subject.fingerprint(space)).toBe(clean);
      }
    });

    test("putting a space back ends the connections to it", async () => {
      const space = await make();
      await using connection = await subject.connect(space);
      if (await maker.reset(space, signal)) await connection.ended;
      else await maker.drop(space.name, signal);
    });

    test("a dropped space is gone at once, though clients are connected, and lets nobody in", async () => {
      const space = await make();
      await using first = await subject.connect(space);
      await using second = await subject.connect(space);
      const start = Date.now();
      await maker.drop(space.name, signal);
      // The slow paths of servers that wait for sessions to end take five seconds and more.
      expect(Date.now() - start).toBeLessThan(4000);
      await Promise.all([first.ended, second.ended]);
      expect(await maker.list(space.name, signal)).not.toContain(space.name);
      await expect(connects(space)).rejects.toThrow();
    });

    test("dropping what is not there is fine", async () => {
      const space = await make();
      await maker.drop(space.name, signal);
      await maker.drop(space.name, signal);
      await maker.drop(`${prefix}999999`, signal);
    });

    test("only names that begin with the prefix are listed, whatever its letters mean elsewhere", async () => {
      const [one, other] = [`${prefix}x1_a`, `${prefix}x2_a`];
      await maker.make(one, signal);
      await maker.make(other, signal);
      expect(await maker.list(`${prefix}x1`, signal)).toEqual([one]);
      // `_` and `%` stand for any letters in SQL, `*` and `?` in Redis.
      for (const pattern of [`${prefix}x_`, `${prefix}x%`, `${prefix}*`, `${prefix}x?`, `${prefix}[x]`]) {
        expect(await maker.list(pattern, signal), pattern).toEqual([]);
      }
    });

    test("any text can be a label, and the space goes on", async () => {
      const space = await make();
      const clean = await subject.fingerprint(space);
      const quotes = `it's "quoted" \\ $$ $1 %s ; DROP DATABASE x; -- /* \n\r\t`;
      const texts = [quotes, "żółć 🦆 \u202e", "x".repeat(3000), JSON.stringify({ test: "\u0000" })];
      for (const text of texts) await maker.label(space.name, text, signal);
      // An empty one takes it away.
      await maker.label(space.name, "", signal);
      await connects(space);
      expect(await subject.fingerprint(space)).toBe(clean);
    });

    test("several are made and dropped at once", async () => {
      const spaces = await Promise.all(Array.from({ length: 5 }, make));
      await Promise.all(spaces.map(connects));
      const names = spaces.map((space) => space.name);
      expect(await maker.list(prefix, signal)).toEqual(expect.arrayContaining(names));
      await Promise.all(names.map((name) => maker.drop(name, signal)));
      expect((await maker.list(prefix, signal)).filter((name) => names.includes(name))).toEqual([]);
    });

    test("the size is a number of bytes, unless the server does not tell", async () => {
      const size = await maker.size(await make(), signal);
      expect(size ?? 1).toBeGreaterThan(0);
    });

    test("every call refuses a signal that has aborted, with its reason", async () => {
      const space = await make();
      const reason = new Error("stopped by the user");
      const aborted = AbortSignal.abort(reason);
      const unmade = nextName();
      const calls: (() => Promise<unknown>)[] = [
        () => maker.make(unmade, aborted),
        () => maker.reset(space, aborted),
        () => maker.drop(space.name, aborted),
        () => maker.list(prefix, aborted),
        () => maker.label(space.name, "text", aborted),
        () => maker.size(space, aborted),
        () => subject.openMaker(`${prefix}t8_`, aborted),
      ];
      for (const call of calls) await expect(call(), call.toString()).rejects.toBe(reason);
      expect(await maker.list(unmade, signal)).not.toContain(unmade);
      await connects(space);
    });

    test("what was broken off in the making is listed or not there, and can be dropped", async () => {
      for (const delay of [0, 1, 5, 20]) {
        const stop = new AbortController();
        const name = nextName();
        const making = maker.make(name, stop.signal);
        setTimeout(() => stop.abort(new Error("stopped")), delay);
        await making.catch(() => undefined);
        await maker.drop(name, signal);
        expect(await maker.list(name, signal), `after ${delay} ms`).not.toContain(name);
      }
    });

    test("two makers in one server leave each other's spaces alone", async () => {
      const space = await make();
      const other = await subject.openMaker(`${prefix}t1_`, signal);
      const theirs = await other.make(nextName(), signal);
      if (subject.outlives ?? true) {
        expect(await maker.list(prefix, signal)).toContain(theirs.name);
        await other[Symbol.asyncDispose]();
        await connects(theirs);
        await maker.drop(theirs.name, signal);
        expect(await maker.list(prefix, signal)).not.toContain(theirs.name);
      } else {
        await other.drop(theirs.name, signal);
        await other[Symbol.asyncDispose]();
      }
      await connects(space);
    });
  });
}
