import { expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { createRunNetwork, subnetsOf } from "./network.ts";

const signal = new AbortController().signal;
const pool = { pool: "10.213.0.0/24", size: 26 };

it("cuts a pool into all its networks, from a place that differs from run to run", () => {
  const all = ["10.213.0.0/26", "10.213.0.64/26", "10.213.0.128/26", "10.213.0.192/26"];
  const orders = new Set<string>();
  for (let run = 0; run < 20; run += 1) {
    const subnets = subnetsOf(pool, `run-${run}`);
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

it("takes the next subnet when the engine refuses one, and says so when none is left", async () => {
  const engine = createMemoryEngine();
  const create = (run: string) => createRunNetwork({ engine, run, labels: { run }, pool, signal });
  const made = [];
  for (const run of ["a", "b", "c", "d"]) made.push((await create(run)).subnet);
  expect(new Set(made).size).toBe(4);
  await expect(create("e")).toThrowWithCode("NETWORK_POOL_EMPTY");
});
