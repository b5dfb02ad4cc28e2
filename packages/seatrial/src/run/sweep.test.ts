import { expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { runLabels } from "./labels.ts";
import { claimNetwork } from "./network.ts";
import { sweep } from "./sweep.ts";

const signal = new AbortController().signal;
const MINUTE = 60_000;
const image = "base:1";

async function engineWith(run: string) {
  const engine = createMemoryEngine({ images: [{ reference: "base:1" }] });
  const labels = runLabels({ run, project: "shop" });
  await claimNetwork({ engine, run, labels, pool: { pool: "10.1.0.0/24", size: 26 }, image, signal });
  await engine.volumes.create(`volume-${run}`, labels, signal);
  return engine;
}

it("removes claims and volumes of dead owners once they are older than a minute, and keeps the network", async () => {
  const engine = await engineWith("dead");
  const young = await sweep({ engine, now: Date.now() + MINUTE / 2, signal });
  expect(young).toEqual({ workloads: [], volumes: [] });
  const old = await sweep({ engine, now: Date.now() + 2 * MINUTE, signal });
  expect(old).toEqual({ workloads: [expect.stringMatching(/-claim$/)], volumes: ["volume-dead"] });
  expect((await engine.networks.list({}, signal)).length).toBe(1);
});

it("never touches the run that asks, nor what is not labelled as a run's", async () => {
  const engine = await engineWith("mine");
  await engine.volumes.create("users-own", { keep: "me" }, signal);
  const swept = await sweep({ engine, now: Date.now() + 2 * MINUTE, except: "mine", signal });
  expect(swept).toEqual({ workloads: [], volumes: [] });
  expect((await engine.volumes.list({}, signal)).map((volume) => volume.name).sort()).toEqual([
    "users-own",
    "volume-mine",
  ]);
});
