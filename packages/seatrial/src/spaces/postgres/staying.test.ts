import { expect, test } from "vitest";
import type { Session } from "./session.ts";
import { createStayingSessions, type StayingSessions } from "./staying.ts";

function world(limit: number) {
  const log: string[] = [];
  const lost = new Set<string>();
  const open = async (name: string): Promise<Session> => {
    log.push(`open ${name}`);
    lost.delete(name);
    return {
      get isLost() {
        return lost.has(name);
      },
      isTrusted: true,
      run: async () => [],
      query: async () => [],
      async [Symbol.asyncDispose]() {
        log.push(`close ${name}`);
      },
    };
  };
  return { log, lost, staying: createStayingSessions(open, limit) };
}

const signal = new AbortController().signal;

/** A space is put back: the session that is in there, or one that may be, stays. */
async function use(staying: StayingSessions, name: string): Promise<boolean> {
  const session = (await staying.take(name)) ?? (await staying.open(name, signal));
  if (session !== undefined) await staying.put(name, session);
  return session !== undefined;
}

async function useAll(staying: StayingSessions, names: string): Promise<boolean[]> {
  const all: boolean[] = [];
  for (const name of names) all.push(await use(staying, name));
  return all;
}

test("one stays until it is taken out, and is the taker's then", async () => {
  const { log, staying } = world(1);
  expect(await useAll(staying, "aaa")).toEqual([true, true, true]);
  const session = await staying.take("a");
  expect(session).toBeDefined();
  expect(await staying.take("a")).toBeUndefined();
  await staying.leave("a");
  await staying[Symbol.asyncDispose]();
  expect(log).toEqual(["open a"]);
});

test("where there are enough, the spaces in turn leave each other alone", async () => {
  const { log, staying } = world(2);
  expect(await useAll(staying, "abcabcabc")).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(log).toEqual(["open a", "open b"]);
});

test("where there are enough, one that is used again sooner takes the place of the one that was used longest ago", async () => {
  const { log, staying } = world(2);
  expect(await useAll(staying, "abcc")).toEqual([true, true, false, true]);
  expect(log).toEqual(["open a", "open b", "open c", "close a"]);
  expect(await useAll(staying, "bcb")).toEqual([true, true, true]);
});

test("a server with few connections has none to spare", async () => {
  const { log, staying } = world(0);
  expect(await useAll(staying, "aa")).toEqual([false, false]);
  expect(log).toEqual([]);
});

test("one that was lost is not there, and another one takes its place", async () => {
  const { log, lost, staying } = world(2);
  await use(staying, "a");
  lost.add("a");
  expect(await staying.take("a")).toBeUndefined();
  expect(await use(staying, "a")).toBe(true);
  expect(log).toEqual(["open a", "close a", "open a"]);
});

test("all are closed in the end, each once", async () => {
  const { log, staying } = world(4);
  await useAll(staying, "abc");
  await staying.leave("b");
  await staying[Symbol.asyncDispose]();
  expect(log.slice(3)).toEqual(["close b", "close a", "close c"]);
});
