import { expect, test } from "vitest";
import { planOne } from "./testing/model.ts";

test("limits are read from the service's own keys", async () => {
  const { db, changes } = await planOne({
    mem_limit: "104857600",
    cpus: 0.5,
    pids_limit: 100,
    shm_size: "64m",
    ulimits: { nproc: 100, nofile: { soft: 1, hard: 2 } },
  });
  expect(db.spec.limits).toEqual({
    memoryBytes: 104_857_600,
    cpus: 0.5,
    pids: 100,
    shmBytes: 67_108_864,
    ulimits: [
      { name: "nproc", soft: 100, hard: 100 },
      { name: "nofile", soft: 1, hard: 2 },
    ],
  });
  expect(changes).toEqual([]);
});

test("limits are read from deploy too", async () => {
  const limits = { cpus: "0.25", memory: "52428800", pids: 20 };
  const { db, changes } = await planOne({ deploy: { resources: { limits }, placement: {} } });
  expect(db.spec.limits).toMatchObject({ memoryBytes: 52_428_800, cpus: 0.25, pids: 20 });
  expect(changes).toEqual([]);
});

test("0 and -1 mean no limit", async () => {
  const { db } = await planOne({ cpus: 0, pids_limit: -1, mem_limit: "0" });
  expect(db.spec.limits).toEqual({
    memoryBytes: undefined,
    cpus: undefined,
    pids: undefined,
    shmBytes: undefined,
    ulimits: undefined,
  });
});

test.each([{ deploy: { replicas: 3 } }, { scale: 3 }, { scale: 0 }])(
  "%o becomes one container",
  async (s) => {
    const { changes } = await planOne(s);
    expect(changes).toMatchObject([{ becomes: "one container" }]);
  },
);

test("one replica is no change", async () => {
  expect((await planOne({ deploy: { replicas: 1 }, scale: 1 })).changes).toEqual([]);
});

test("a restart policy goes, and that is told; `no` is what a run does anyway", async () => {
  expect((await planOne({ restart: "unless-stopped" })).changes).toMatchObject([{ key: "restart" }]);
  expect((await planOne({ restart: "no" })).changes).toEqual([]);
});

test("reserved GPUs are refused", async () => {
  const devices = [{ capabilities: ["gpu"], driver: "nvidia" }];
  const service = { deploy: { resources: { reservations: { devices } } } };
  await expect(planOne(service)).toThrowWithCode("COMPOSE_UNSUPPORTED");
});
