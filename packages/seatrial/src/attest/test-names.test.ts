import { describe, expect, it } from "vitest";
import { digestOf } from "../registry/index.ts";
import { namesOf } from "./test-names.ts";
import { test } from "./testing/evidence.ts";

describe("names of tests in a statement", () => {
  it("are those that ended so, sorted, with their group if there is one", () => {
    const tests = [test("b"), test("a"), test("c", "skipped"), { ...test("alone"), group: "" }];
    expect(namesOf(tests, "passed")).toEqual({
      names: ["alone", "cart::a", "cart::b"],
      list: { total: 3, listed: 3, digest: digestOf('["alone","cart::a","cart::b"]') },
    });
    expect(namesOf(tests, "skipped").names).toEqual(["cart::c"]);
  });

  it("do not depend on the order in which tests ended", () => {
    const [a, b] = [test("a"), test("b")];
    expect(namesOf([a, b], "passed")).toEqual(namesOf([b, a], "passed"));
  });

  it("are the first ones of very many, and the digest speaks of all", () => {
    const many = Array.from({ length: 40_000 }, (_, index) => test(`case ${String(index).padStart(6, "0")}`));
    const { names, list } = namesOf(many, "passed");
    expect(list.total).toBe(40_000);
    expect(list.listed).toBe(names.length);
    expect(JSON.stringify(names).length).toBeLessThanOrEqual(512 * 1024 + 2);
    expect(JSON.stringify(names).length).toBeGreaterThan(500 * 1024);
    const [, ...others] = many;
    expect(namesOf(others, "passed").list.digest).not.toBe(list.digest);
  });
});
