import { expect, test } from "vitest";
import type { WorkloadSpec } from "../workload.ts";
import { toCreateBody } from "./workload-body.ts";

const PLAIN: WorkloadSpec = {
  name: "web",
  image: "sha256:abc",
  labels: { a: "b" },
  entrypoint: ["/agent"],
  command: [],
  user: "",
  env: { URL: "a=b", EMPTY: "" },
  mounts: [],
  limits: {},
  security: {
    privileged: false,
    readOnlyRoot: false,
    capAdd: [],
    capDrop: [],
    options: [],
    groupAdd: [],
    sysctls: {},
    devices: [],
  },
  extraHosts: [],
};

/** As the engine sees it. */
function body(changes: Partial<WorkloadSpec> = {}) {
  return JSON.parse(JSON.stringify(toCreateBody({ ...PLAIN, ...changes })));
}

test("stdin is open for one attachment, nothing is logged, and the engine removes it", () => {
  const { HostConfig, ...config } = body();
  expect(config).toEqual({
    Image: "sha256:abc",
    Labels: { a: "b" },
    Entrypoint: ["/agent"],
    Cmd: [],
    User: "",
    Env: ["URL=a=b", "EMPTY="],
    Tty: false,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Healthcheck: { Test: ["NONE"] },
  });
  expect(HostConfig).toMatchObject({ AutoRemove: true, LogConfig: { Type: "none" }, NetworkMode: "none" });
  expect(HostConfig).not.toHaveProperty("Memory");
});

test("a network is joined with its aliases", () => {
  const joined = body({ network: { id: "net", aliases: ["web", "www"] } });
  expect(joined.HostConfig.NetworkMode).toBe("net");
  expect(joined.NetworkingConfig).toEqual({ EndpointsConfig: { net: { Aliases: ["web", "www"] } } });
});

test("ports are published at loopback only, at ports that the engine chooses", () => {
  const { ExposedPorts, HostConfig } = body({ publish: [5432, 80] });
  expect(ExposedPorts).toEqual({ "5432/tcp": {}, "80/tcp": {} });
  const anywhere = [{ HostIp: "127.0.0.1", HostPort: "" }];
  expect(HostConfig.PortBindings).toEqual({ "5432/tcp": anywhere, "80/tcp": anywhere });
  expect(body().HostConfig).not.toHaveProperty("PortBindings");
});

test("mounts of each kind are told apart", () => {
  const { HostConfig } = body({
    mounts: [
      { kind: "tmpfs", target: "/tmp" },
      { kind: "tmpfs", target: "/run", sizeBytes: 65536, mode: 0o1777 },
      { kind: "volume", name: "data", target: "/data", readOnly: true },
      { kind: "anonymous", target: "/scratch" },
    ],
  });
  expect(HostConfig.Tmpfs).toEqual({ "/tmp": "", "/run": "size=65536,mode=1777" });
  expect(HostConfig.Mounts).toEqual([
    {
      Type: "volume",
      Source: "data",
      Target: "/data",
      ReadOnly: true,
      VolumeOptions: { Labels: { a: "b" } },
    },
    { Type: "volume", Target: "/scratch" },
  ]);
});

test("limits and security arrive in the engine's units", () => {
  const { HostConfig } = body({
    limits: {
      memoryBytes: 64e6,
      cpus: 1.5,
      pids: 100,
      shmBytes: 1e6,
      ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
    },
    security: {
      privileged: true,
      readOnlyRoot: true,
      capAdd: ["NET_ADMIN"],
      capDrop: ["ALL"],
      options: ["no-new-privileges"],
      groupAdd: ["audio"],
      sysctls: { "net.core.somaxconn": "1024" },
      devices: ["/dev/fuse", "/dev/sda:/dev/xvda", "/dev/sdb:r", "/dev/sdc:/dev/xvdc:rw"],
      init: true,
    },
    extraHosts: ["db:10.0.0.1"],
    removeOnExit: false,
  });
  expect(HostConfig).toMatchObject({
    AutoRemove: false,
    Memory: 64e6,
    MemorySwap: 64e6,
    NanoCpus: 1_500_000_000,
    PidsLimit: 100,
    ShmSize: 1e6,
    Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 2048 }],
    CapAdd: ["NET_ADMIN"],
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    GroupAdd: ["audio"],
    Sysctls: { "net.core.somaxconn": "1024" },
    ReadonlyRootfs: true,
    Privileged: true,
    Init: true,
    ExtraHosts: ["db:10.0.0.1"],
    Devices: [
      { PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" },
      { PathOnHost: "/dev/sda", PathInContainer: "/dev/xvda", CgroupPermissions: "rwm" },
      { PathOnHost: "/dev/sdb", PathInContainer: "/dev/sdb", CgroupPermissions: "r" },
      { PathOnHost: "/dev/sdc", PathInContainer: "/dev/xvdc", CgroupPermissions: "rw" },
    ],
  });
});
