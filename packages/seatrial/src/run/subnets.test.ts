import { expect, it } from "vitest";
import { subnetsOf } from "./subnets.ts";

const pool = { pool: "10.213.0.0/24", size: 26 };

it("cuts a pool into all its networks, from a place that differs from seed to seed", () => {
  const all = ["10.213.0.0/26", "10.213.0.64/26", "10.213.0.128/26", "10.213.0.192/26"];
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed += 1) {
    const subnets = [...subnetsOf(pool, { seed: `run-${seed}` })];
    expect([...subnets].sort()).toEqual([...all].sort());
    orders.add(subnets.join());
  }
  expect(orders.size).toBeGreaterThan(1);
});

it("leaves out what overlaps with a network that exists, however much of the pool that is", () => {
  const wide = { pool: "10.98.0.0/16", size: 26 };
  const taken = ["10.98.0.0/17", "10.98.128.77/18", "fd00::/64", "10.0.0.0/24"];
  for (let seed = 0; seed < 20; seed += 1) {
    const free = [...subnetsOf(wide, { seed: `run-${seed}`, taken })];
    expect(free.length).toBe(256);
    expect(free.filter((each) => !/^10\.98\.(19[2-9]|2\d\d)\./.test(each))).toEqual([]);
  }
});

it("spreads the first tries over the pool", () => {
  const wide = { pool: "10.98.0.0/16", size: 26 };
  for (let seed = 0; seed < 20; seed += 1) {
    const first = [...subnetsOf(wide, { seed: `run-${seed}` })].slice(0, 64);
    const halves = new Set(first.map((each) => Number(each.split(".")[2]) < 128));
    expect(halves.size).toBe(2);
  }
});

it("refuses pools that cannot be cut", async () => {
  for (const bad of ["10.0.0.0", "10.0.0.0/28", "fd00::/64", "x"]) {
    await expect(() => [...subnetsOf({ pool: bad, size: 26 }, { seed: "run" })]).toThrowWithCode(
      "NETWORK_POOL_INVALID",
    );
  }
});
