import { expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { runLabels } from "./labels.ts";
import { sweep } from "./sweep.ts";

const signal = new AbortController().signal;
const MINUTE = 60_000;

async function engineWith(run: string) {
  const engine = createMemoryEngine();
  const labels = runLabels({ run, project: "shop" });
  await engine.networks.create(
    { name: `net-${run}`, labels, subnet: "10.1.0.0/26", internal: false },
    signal,
  );
  await engine.volumes.create(`volume-${run}`, labels, signal);
  return engine;
}

it("removes networks and volumes of dead owners once they are older than a minute", async () => {
  const engine = await engineWith("dead");
  const young = await sweep({ engine, now: Date.now() + MINUTE / 2, signal });
  expect(young).toEqual({ workloads: [], networks: [], volumes: [] });
  const old = await sweep({ engine, now: Date.now() + 2 * MINUTE, signal });
  expect(old).toEqual({ workloads: [], networks: ["net-dead"], volumes: ["volume-dead"] });
});

it("never touches the run that asks, nor what is not labelled as a run's", async () => {
  const engine = await engineWith("mine");
  await engine.volumes.create("users-own", { keep: "me" }, signal);
  const swept = await sweep({ engine, now: Date.now() + 2 * MINUTE, except: "mine", signal });
  expect(swept).toEqual({ workloads: [], networks: [], volumes: [] });
  expect((await engine.volumes.list({}, signal)).map((volume) => volume.name).sort()).toEqual([
    "users-own",
    "volume-mine",
  ]);
});
