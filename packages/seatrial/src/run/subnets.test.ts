import { expect, it } from "vitest";
import { subnetsOf } from "./subnets.ts";

const pool = { pool: "10.213.0.0/24", size: 26 };

it("cuts a pool into all its networks, from a place that differs from seed to seed", () => {
  const all = ["10.213.0.0/26", "10.213.0.64/26", "10.213.0.128/26", "10.213.0.192/26"];
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed += 1) {
    const subnets = subnetsOf(pool, `run-${seed}`);
    expect([...subnets].sort()).toEqual([...all].sort());
    orders.add(subnets.join());
  }
  expect(orders.size).toBeGreaterThan(1);
});

it("refuses pools that cannot be cut", async () => {
  for (const bad of ["10.0.0.0", "10.0.0.0/28", "fd00::/64", "x"]) {
    await expect(() => subnetsOf({ pool: bad, size: 26 }, "run")).toThrowWithCode("NETWORK_POOL_INVALID");
  }
});
