import { expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import type { Session } from "./session.ts";
import { createSessions } from "./sessions.ts";

/** Sessions whose statements end when they are told to. */
function world() {
  const opened: { isLost: boolean; isClosed: boolean; end: () => void }[] = [];
  const open = async (): Promise<Session> => {
    const self: (typeof opened)[number] = { isLost: false, isClosed: false, end: () => undefined };
    opened.push(self);
    const run = async (sql: string) => {
      const ended = deferred<void>();
      self.end = ended.resolve;
      await ended.promise;
      return [[{ sql }]];
    };
    return {
      isTrusted: true,
      run,
      query: async (sql) => (await run(sql))[0] ?? [],
      get isLost() {
        return self.isLost;
      },
      async [Symbol.asyncDispose]() {
        self.isClosed = true;
      },
    };
  };
  return { opened, open };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("statements share sessions, of which there are never more than the limit", async () => {
  const { opened, open } = world();
  const sessions = createSessions(open, 2);
  const answers = ["a", "b", "c"].map((sql) => sessions.query(sql));
  await settled();
  expect(opened).toHaveLength(2);
  opened[0]?.end();
  await settled();
  opened[0]?.end();
  opened[1]?.end();
  expect(await Promise.all(answers)).toEqual([[{ sql: "a" }], [{ sql: "b" }], [{ sql: "c" }]]);
  await sessions[Symbol.asyncDispose]();
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});

test("a lost session is replaced, and one that cannot be opened fails only who asked", async () => {
  const { opened, open } = world();
  let refusals = 1;
  const sessions = createSessions(async () => {
    if (refusals-- > 0) throw new Error("too many clients");
    return await open();
  }, 1);
  const [first, second] = [sessions.query("a"), sessions.query("b")];
  await expect(first).rejects.toThrow("too many clients");
  await settled();
  opened[0]?.end();
  await second;
  if (opened[0] !== undefined) opened[0].isLost = true;
  const third = sessions.query("c");
  await settled();
  expect(opened).toHaveLength(2);
  opened[1]?.end();
  expect(await third).toEqual([{ sql: "c" }]);
});

test("a session whose statement outlives the closing is closed after it", async () => {
  const { opened, open } = world();
  const sessions = createSessions(open, 1);
  const answer = sessions.query("a");
  await settled();
  await sessions[Symbol.asyncDispose]();
  expect(opened[0]?.isClosed).toBe(false);
  opened[0]?.end();
  await answer;
  expect(opened[0]?.isClosed).toBe(true);
});

test("a transaction that failed is rolled back before anybody else has the session", async () => {
  const { opened, open } = world();
  const asked: string[] = [];
  const sessions = createSessions(async () => {
    const session = await open();
    const run = async (sql: string) => {
      asked.push(sql);
      if (sql === "BEGIN; a; COMMIT") throw new Error("refused");
      return [[{ sql }]];
    };
    return { ...session, isLost: false, run };
  }, 1);
  const [first, second] = [sessions.query("BEGIN; a; COMMIT"), sessions.query("b")];
  await expect(first).rejects.toThrow("refused");
  expect(await second).toEqual([{ sql: "b" }]);
  expect(asked).toEqual(["BEGIN; a; COMMIT", "ROLLBACK", "b"]);
  expect(opened).toHaveLength(1);
});
