import { expect, test } from "vitest";
import type { Session } from "./session.ts";
import { createStayingSessions } from "./staying.ts";

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

test("the one that was used longest ago leaves first", async () => {
  const { log, staying } = world(2);
  await staying.open("a", signal);
  await staying.open("b", signal);
  expect(staying.get("a")).toBeDefined();
  await staying.open("c", signal);
  expect(log).toEqual(["open a", "open b", "open c", "close b"]);
  expect(["a", "b", "c"].map((name) => staying.get(name) !== undefined)).toEqual([true, false, true]);
});

test("one that was lost is not there, and another one takes its place", async () => {
  const { log, lost, staying } = world(2);
  await staying.open("a", signal);
  lost.add("a");
  expect(staying.get("a")).toBeUndefined();
  await staying.open("a", signal);
  expect(staying.get("a")).toBeDefined();
  expect(log).toEqual(["open a", "close a", "open a"]);
});

test("all are closed in the end, each once", async () => {
  const { log, staying } = world(4);
  for (const name of ["a", "b", "c"]) await staying.open(name, signal);
  await staying.leave("b");
  await staying[Symbol.asyncDispose]();
  expect(log.slice(3)).toEqual(["close b", "close a", "close c"]);
});
