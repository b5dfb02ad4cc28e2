import { symlink, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BIND_LIMITS } from "./bind.ts";
import { folderWith } from "./testing/folder.ts";
import { planOne } from "./testing/model.ts";

const bind = (source: string, target: string, rest: object = {}) => ({
  type: "bind",
  source,
  target,
  ...rest,
});

test("a folder travels into a volume of its own, which hides what the image has there", async () => {
  const folder = await folderWith({ "init/1.sql": "create table t ();" });
  const source = path.join(folder, "init");
  const { db, changes } = await planOne({ volumes: [bind(source, "/initdb.d", { read_only: true })] });
  expect(db.spec.files).toEqual([{ from: { kind: "path", path: source }, target: "/initdb.d" }]);
  expect(db.spec.mounts).toEqual([{ kind: "anonymous", target: "/initdb.d", empty: true }]);
  expect(changes).toEqual([]);
});

test("a single file is placed where it belongs, without a volume", async () => {
  const folder = await folderWith({ "app.conf": "x" });
  const { db, changes } = await planOne({ volumes: [bind(path.join(folder, "app.conf"), "/etc/app.conf")] });
  expect(db.spec.files).toHaveLength(1);
  expect(db.spec.mounts).toEqual([]);
  expect(changes).toMatchObject([{ becomes: expect.stringContaining("does not come back") }]);
});

test("a writable copy belongs to the service's own user", async () => {
  const folder = await folderWith({ "out/keep": "" });
  const volumes = [bind(path.join(folder, "out"), "/out")];
  const owned = await planOne({ volumes, user: "1000:50" });
  expect(owned.db.spec.files).toMatchObject([{ uid: 1000, gid: 50 }]);
  const named = await planOne({ volumes, user: "app" });
  expect(named.db.spec.files[0]?.uid).toBeUndefined();
});

test("a link as the source stands for what it points to", async () => {
  const folder = await folderWith({ "real.conf": "x" });
  await symlink("real.conf", path.join(folder, "link.conf"));
  const { db } = await planOne({ volumes: [bind(path.join(folder, "link.conf"), "/c")] });
  expect(db.spec.files).toMatchObject([{ from: { path: path.join(folder, "real.conf") } }]);
});

test("outer folders come before what is laid into them", async () => {
  const folder = await folderWith({ "conf/a": "1", b: "2" });
  const volumes = [bind(path.join(folder, "b"), "/conf/sub/b"), bind(path.join(folder, "conf"), "/conf")];
  const { db } = await planOne({ volumes });
  expect(db.spec.files.map((file) => file.target)).toEqual(["/conf", "/conf/sub/b"]);
});

test("a missing folder is an empty volume where Compose would make it", async () => {
  const folder = await folderWith({});
  const making = { bind: { create_host_path: true } };
  for (const name of ["pgdata", "conf.d", ".cache"]) {
    const { db, changes } = await planOne({ volumes: [bind(path.join(folder, name), "/data", making)] });
    expect(db.spec.files).toEqual([]);
    expect(db.spec.mounts).toEqual([{ kind: "anonymous", target: "/data", empty: true }]);
    expect(changes).toMatchObject([{ service: "db", becomes: expect.stringContaining("empty volume") }]);
  }
  const file = planOne({ volumes: [bind(path.join(folder, "app.conf"), "/etc/app.conf", making)] });
  await expect(file).toThrowWithCode("COMPOSE_SOURCE_MISSING");
});

test("a missing source is an error, not an empty folder, where Compose makes none", async () => {
  const folder = await folderWith({});
  const planned = planOne({ volumes: [bind(path.join(folder, "nope"), "/data")] });
  await expect(planned).toThrowWithCode("COMPOSE_SOURCE_MISSING");
  await expect(planned).rejects.toMatchObject({ message: expect.stringContaining(`${folder}/nope`) });
});

test("the engine's socket is refused, present or not", async () => {
  for (const source of ["/var/run/docker.sock", "/run/user/1000/podman/podman.sock"]) {
    const planned = planOne({ volumes: [bind(source, "/var/run/docker.sock")] });
    await expect(planned).toThrowWithCode("COMPOSE_UNSUPPORTED");
    await expect(planned).rejects.toMatchObject({ message: expect.stringContaining("engine's socket") });
  }
});

test.each(["/", "/proc", "/sys/fs/cgroup", "/dev"])("the host's %s is refused", async (source) => {
  await expect(planOne({ volumes: [bind(source, "/host")] })).toThrowWithCode("COMPOSE_UNSUPPORTED");
});

test("a socket inside a folder is refused by its path", async () => {
  const folder = await folderWith({ "run/a": "" });
  const server = createServer().listen(path.join(folder, "run/app.sock"));
  onTestFinished(() => void server.close());
  const planned = planOne({ volumes: [bind(path.join(folder, "run"), "/run/app")] });
  await expect(planned).toThrowWithCode("COMPOSE_UNSUPPORTED");
  await expect(planned).rejects.toMatchObject({ message: expect.stringContaining("run/app.sock") });
});

test("more than 64 MB is refused with path and size", async () => {
  const folder = await folderWith({ "data/big": "" });
  await truncate(path.join(folder, "data/big"), 64_000_001);
  const planned = planOne({ volumes: [bind(path.join(folder, "data"), "/data")] });
  await expect(planned).toThrowWithCode("COMPOSE_UNSUPPORTED");
  await expect(planned).rejects.toMatchObject({
    message: expect.stringMatching(/data:\/data.*64\.0 MB/),
    hint: expect.stringContaining("named volume"),
  });
});

test("exactly 64 MB still travels", async () => {
  const folder = await folderWith({ big: "" });
  await truncate(path.join(folder, "big"), 64_000_000);
  const { db } = await planOne({ volumes: [bind(path.join(folder, "big"), "/big")] });
  expect(db.spec.files).toHaveLength(1);
});

test("no more than 5,000 files travel", () => {
  expect(BIND_LIMITS.files).toBe(5_000);
});

test("read_only goes when a file is placed in the root file system, and stays when none is", async () => {
  const folder = await folderWith({ "a.conf": "x", "conf/a": "x" });
  const file = await planOne({ read_only: true, volumes: [bind(path.join(folder, "a.conf"), "/a.conf")] });
  expect(file.db.spec.security.readOnlyRoot).toBe(false);
  expect(file.changes).toMatchObject([{ key: "volumes: /a.conf" }, { key: "read_only" }]);
  const volumes = [bind(path.join(folder, "conf"), "/conf", { read_only: true })];
  const inside = await planOne({ read_only: true, volumes });
  expect(inside.db.spec.security.readOnlyRoot).toBe(true);
  expect(inside.changes).toEqual([]);
});

test("a source that cannot be read is an error that names it", async () => {
  const folder = await folderWith({});
  await symlink("loop", path.join(folder, "loop"));
  const planned = planOne({ volumes: [bind(path.join(folder, "loop"), "/s")] });
  await expect(planned).toThrowWithCode("COMPOSE_SOURCE_MISSING");
  await expect(planned).rejects.toMatchObject({ message: expect.stringContaining(`${folder}/loop`) });
});
