import { expect, it } from "vitest";
import type { LeasedSpace } from "../spaces/index.ts";
import { createGivenSpaces } from "./given-spaces.ts";

const space = (id: string, password = `${id}-is-secret`, suite = "unit"): LeasedSpace => ({
  ...{ id, space: "db", service: "db", kind: "postgres", leasedAt: "", until: "" },
  made: { name: `st_${id}`, port: 5432, values: { user: "u", password } },
  holder: { run: "r1", suite, test: "T", attempt: 1 },
});

function hiding() {
  const hidden: string[] = [];
  const given = createGivenSpaces({
    hide: (secret) => void hidden.push(secret),
    forget: (secret) => void hidden.splice(hidden.indexOf(secret), 1),
  });
  return { hidden, given };
}

it("spaces are counted once, by suite, and their secrets are hidden", () => {
  const { hidden, given } = hiding();
  for (const each of [space("a"), space("a"), space("b"), space("c", "other-secret", "api")]) given.add(each);
  expect([given.countOf("unit"), given.countOf("api"), given.countOf("none")]).toEqual([2, 1, 0]);
  expect(hidden).toEqual(["a-is-secret", "b-is-secret", "other-secret"]);
});

it("very many spaces in turn leave the secrets of those that somebody has, and of the last that are gone", () => {
  const { hidden, given } = hiding();
  given.add(space("held"));
  for (let turn = 0; turn < 30_000; turn += 1) {
    given.add(space(`s${turn}`));
    given.gone(`s${turn}`);
  }
  expect(hidden).toHaveLength(10_001);
  expect(hidden).toContain("held-is-secret");
  expect(hidden).toContain("s20000-is-secret");
  expect(hidden).not.toContain("s19999-is-secret");
  expect(given.countOf("unit")).toBe(30_001);
});

it("a password that several spaces have stays hidden: it may be the server's own", () => {
  const { hidden, given } = hiding();
  for (let turn = 0; turn < 20_000; turn += 1) {
    given.add(space(`s${turn}`, "the-servers-own-1"));
    given.gone(`s${turn}`);
  }
  expect(new Set(hidden)).toEqual(new Set(["the-servers-own-1"]));
  expect(hidden.length).toBeLessThan(3);
});

it("everything stays hidden where nothing may be forgotten, as in a run, whose reports come last", () => {
  const hidden: string[] = [];
  const given = createGivenSpaces({ hide: (secret) => void hidden.push(secret) });
  given.add(space("a"));
  given.gone("a");
  given.add(space("a"));
  expect([hidden, given.countOf("unit")]).toEqual([["a-is-secret"], 1]);
});
