import { describe, expect, test } from "vitest";
import { definitionsIn, fingerprintOf, isEmpty, parseDefinitions } from "./definitions.ts";

const parse = (value: unknown) => async () => parseDefinitions("d.json", JSON.stringify(value));

describe("a definitions file", () => {
  test("of a whole server counts with what is of its one vhost, and without its users", async () => {
    const file = {
      rabbit_version: "4.0.5",
      users: [{ name: "root" }],
      permissions: [{ user: "root", vhost: "shop" }],
      queues: [{ name: "q", vhost: "shop", durable: true }],
      policies: [{ name: "p", vhost: "shop" }],
    };
    expect(await parse(file)()).toEqual({
      queues: [{ name: "q", durable: true }],
      exchanges: [],
      bindings: [],
      policies: [{ name: "p" }],
      parameters: [],
    });
  });

  test("of one vhost names none", async () => {
    expect(await parse({ exchanges: [{ name: "e" }] })()).toMatchObject({ exchanges: [{ name: "e" }] });
  });

  test("of several vhosts is refused by their names", async () => {
    const file = { queues: [{ name: "q", vhost: "a" }], bindings: [{ source: "s", vhost: "/" }] };
    await expect(parse(file)).rejects.toThrow("d.json is of 2 vhosts (a, /): export the one that is meant");
    await expect(parse(file)).toThrowWithCode("TEMPLATE_FAILED");
  });

  test("that is something else is refused with what is wrong", async () => {
    expect(() => parseDefinitions("d.json", "queues: []")).toThrow(/^d\.json is not JSON: /);
    await expect(parse([])).rejects.toThrow("d.json holds no JSON object");
    await expect(parse({ users: [] })).rejects.toThrow("d.json has none of queues");
    await expect(parse({ queues: [], bindings: {} })).rejects.toThrow(
      "d.json has bindings that are no list of objects",
    );
    await expect(parse({ queues: ["q"] })).rejects.toThrow("d.json has queues that are no list of objects");
  });
});

describe("definitions", () => {
  test("are the same whatever their order, and others when a field differs", () => {
    const one = definitionsIn({ queues: [{ name: "a", arguments: { x: 1, y: [1, 2] } }, { name: "b" }] });
    const same = definitionsIn({ queues: [{ name: "b" }, { arguments: { y: [1, 2], x: 1 }, name: "a" }] });
    const other = definitionsIn({ queues: [{ name: "b" }, { arguments: { y: [2, 1], x: 1 }, name: "a" }] });
    const elsewhere = definitionsIn({
      exchanges: [{ name: "a", arguments: { x: 1, y: [1, 2] } }, { name: "b" }],
    });
    expect(fingerprintOf(same)).toBe(fingerprintOf(one));
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(one));
    expect(fingerprintOf(elsewhere)).not.toBe(fingerprintOf(one));
  });

  test("are empty without any part", () => {
    expect(isEmpty(definitionsIn(undefined))).toBe(true);
    expect(isEmpty(definitionsIn({ parameters: [{ name: "x" }] }))).toBe(false);
  });
});
