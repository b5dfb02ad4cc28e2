import { expect, test } from "vitest";
import { planOne } from "./testing/model.ts";

test("what is not written stays the image's own", async () => {
  const { db } = await planOne({ command: null, entrypoint: null });
  expect(db.spec).toMatchObject({ env: {}, stopGrace: 10_000, aliases: [], files: [], mounts: [] });
  expect(db.spec.entrypoint).toBeUndefined();
  expect(db.spec.command).toBeUndefined();
  expect(db.spec.user).toBeUndefined();
});

test("an empty command or entrypoint clears the image's", async () => {
  const { db } = await planOne({ command: [], entrypoint: [] });
  expect(db.spec).toMatchObject({ command: [], entrypoint: [] });
});

test("an entrypoint of one's own does away with the image's command", async () => {
  expect((await planOne({ entrypoint: ["sh"] })).db.spec.command).toEqual([]);
  expect((await planOne({ entrypoint: ["sh"], command: ["-c", "x"] })).db.spec.command).toEqual(["-c", "x"]);
  expect((await planOne({ entrypoint: [] })).db.spec.command).toBeUndefined();
});

test("the process is as written", async () => {
  const { db, changes } = await planOne({
    user: "1000:1000",
    working_dir: "/srv",
    hostname: "primary",
    stop_signal: "SIGINT",
    stop_grace_period: "1m0s",
    labels: { team: "shop" },
    init: true,
    extra_hosts: ["a=1.2.3.4", "b:5.6.7.8", "six=::1"],
  });
  expect(db.spec).toMatchObject({
    user: "1000:1000",
    workingDir: "/srv",
    hostname: "primary",
    stopSignal: "SIGINT",
    stopGrace: 60_000,
    labels: { team: "shop" },
    extraHosts: ["a:1.2.3.4", "b:5.6.7.8", "six:::1"],
  });
  expect(changes).toEqual([]);
});

test("environment values are text, and variables without a value are left out", async () => {
  const { db } = await planOne({ environment: { A: "1", PORT: 5432, DEBUG: true, EMPTY: "", UNSET: null } });
  expect(db.spec.env).toEqual({ A: "1", PORT: "5432", DEBUG: "true", EMPTY: "" });
});

test("rights and confinement are as written", async () => {
  const { db, changes } = await planOne({
    privileged: true,
    read_only: true,
    cap_add: ["NET_ADMIN"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    group_add: ["audio", 1001],
    sysctls: { "net.core.somaxconn": "1024" },
    devices: [{ source: "/dev/fuse", target: "/dev/fuse", permissions: "rwm" }, "/dev/null:/dev/x"],
  });
  expect(db.spec.security).toEqual({
    privileged: true,
    readOnlyRoot: true,
    capAdd: ["NET_ADMIN"],
    capDrop: ["ALL"],
    options: ["no-new-privileges:true"],
    groupAdd: ["audio", "1001"],
    sysctls: { "net.core.somaxconn": "1024" },
    devices: ["/dev/fuse:/dev/fuse:rwm", "/dev/null:/dev/x"],
  });
  expect(changes).toMatchObject([{ key: "privileged", becomes: "kept" }]);
});
