import { expect, test } from "vitest";
import { planServices } from "./plan.ts";
import { planOne, resolved, serviceOf } from "./testing/model.ts";

const volume = (source: string, target: string, rest: object = {}) => ({
  type: "volume",
  source,
  target,
  ...rest,
});

test("a named volume of one service is new in each run and goes with its container", async () => {
  const { db, volumes, changes } = await planOne(
    { volumes: [volume("data", "/data"), { type: "volume", target: "/scratch", volume: {} }] },
    { model: { volumes: { data: { name: "shop_data" } } } },
  );
  expect(db.spec.mounts).toEqual([
    { kind: "anonymous", target: "/data" },
    { kind: "anonymous", target: "/scratch" },
  ]);
  expect(volumes).toEqual([]);
  expect(changes).toMatchObject([
    { key: "volumes: data", becomes: expect.stringContaining("new in each run") },
  ]);
});

test("a named volume that several mounts share is shared inside the run", async () => {
  const services = {
    web: {
      image: "x",
      volumes: [volume("assets", "/srv", { read_only: true })],
      depends_on: { builder: {} },
    },
    builder: { image: "x", volumes: [volume("assets", "/out")] },
  };
  const compose = resolved({ services, volumes: { assets: {} } });
  const plan = await planServices({ compose, wanted: ["web"], environment: {} });
  expect(plan.volumes).toEqual(["assets"]);
  expect(serviceOf(plan.services, "web").spec.mounts).toEqual([
    { kind: "volume", name: "assets", target: "/srv", readOnly: true },
  ]);
  const alone = await planServices({ compose, wanted: ["builder"], environment: {} });
  expect(alone.volumes).toEqual([]);
});

test.each([
  { external: true, name: "corp" },
  { driver: "nfs" },
  { driver: "local", driver_opts: { type: "none", o: "bind", device: "/srv/data" } },
])("a volume from outside is refused: %o", async (definition) => {
  const service = { volumes: [volume("data", "/data")] };
  const planned = planOne(service, { model: { volumes: { data: definition } } });
  await expect(planned).toThrowWithCode("COMPOSE_UNSUPPORTED");
});

test("a local volume in memory is a volume like any other", async () => {
  const definition = { driver: "local", driver_opts: { type: "tmpfs", device: "tmpfs" } };
  const service = { volumes: [volume("data", "/data")] };
  const { db } = await planOne(service, { model: { volumes: { data: definition } } });
  expect(db.spec.mounts).toEqual([{ kind: "anonymous", target: "/data" }]);
});

test("a subpath and mounts of other types are refused", async () => {
  const subpath = [volume("data", "/data", { volume: { subpath: "x" } })];
  await expect(planOne({ volumes: subpath })).toThrowWithCode("COMPOSE_UNSUPPORTED");
  const fromImage = [{ type: "image", source: "alpine", target: "/a" }];
  await expect(planOne({ volumes: fromImage })).toThrowWithCode("COMPOSE_UNSUPPORTED");
});

test("tmpfs mounts keep size and mode; other options are told of", async () => {
  const { db, changes } = await planOne({
    tmpfs: ["/run", "/tmp:size=64m,mode=1777,exec"],
    volumes: [{ type: "tmpfs", target: "/t", tmpfs: { size: "10485760", mode: 448 } }],
  });
  expect(db.spec.mounts).toEqual([
    { kind: "tmpfs", target: "/run" },
    { kind: "tmpfs", target: "/tmp", sizeBytes: 67_108_864, mode: 0o1777 },
    { kind: "tmpfs", target: "/t", sizeBytes: 10_485_760, mode: 0o700 },
  ]);
  expect(changes).toMatchObject([{ key: "tmpfs", becomes: "/tmp without exec" }]);
});
