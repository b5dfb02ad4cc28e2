import type { WorkloadMount, WorkloadSpec } from "../workload.ts";

/** The body of `POST /containers/create` for a workload. */
export function toCreateBody(spec: WorkloadSpec): Record<string, unknown> {
  const { network } = spec;
  return {
    Image: spec.image,
    Labels: spec.labels,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    User: spec.user,
    WorkingDir: spec.workingDir,
    Hostname: spec.hostname,
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    Tty: false,
    // stdin is open for one attachment, and ends with it.
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    // Readiness is probed by us; the engine's own checks would cost an exec each.
    Healthcheck: { Test: ["NONE"] },
    ExposedPorts: toPorts(spec, () => ({})),
    HostConfig: toHostConfig(spec),
    NetworkingConfig:
      network === undefined ? undefined : { EndpointsConfig: { [network.id]: { Aliases: network.aliases } } },
  };
}

function toHostConfig(spec: WorkloadSpec): Record<string, unknown> {
  const { limits, security } = spec;
  return {
    AutoRemove: spec.removeOnExit ?? true,
    // What the container writes travels over the attached stream; the engine keeps no second copy.
    LogConfig: { Type: "none" },
    NetworkMode: spec.network?.id ?? "none",
    PortBindings: toPorts(spec, () => [{ HostIp: LOOPBACK, HostPort: "" }]),
    Init: security.init ?? false,
    ...toMounts(spec),
    Memory: limits.memoryBytes,
    // The same as memory: no swap on top.
    MemorySwap: limits.memoryBytes,
    NanoCpus: limits.cpus === undefined ? undefined : Math.round(limits.cpus * 1e9),
    PidsLimit: limits.pids,
    ShmSize: limits.shmBytes,
    Ulimits: limits.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    CapAdd: security.capAdd,
    CapDrop: security.capDrop,
    SecurityOpt: security.options,
    GroupAdd: security.groupAdd,
    Sysctls: security.sysctls,
    ReadonlyRootfs: security.readOnlyRoot,
    Privileged: security.privileged,
    Devices: security.devices.map(toDevice),
    ExtraHosts: spec.extraHosts,
  };
}

const LOOPBACK = "127.0.0.1";

function toPorts<T>({ publish }: WorkloadSpec, value: () => T): Record<string, T> | undefined {
  return publish && Object.fromEntries(publish.map((port) => [`${port}/tcp`, value()]));
}

function toMounts(spec: WorkloadSpec): { Tmpfs: Record<string, string>; Mounts: object[] } {
  const tmpfs = spec.mounts.filter((mount) => mount.kind === "tmpfs");
  return {
    Tmpfs: Object.fromEntries(tmpfs.map((mount) => [mount.target, tmpfsOptions(mount)])),
    Mounts: spec.mounts.flatMap((mount): object[] => {
      if (mount.kind === "tmpfs") return [];
      if (mount.kind === "anonymous") {
        const options = mount.empty ? { VolumeOptions: { NoCopy: true } } : {};
        return [{ Type: "volume", Target: mount.target, ...options }];
      }
      return [
        {
          Type: "volume",
          Source: mount.name,
          Target: mount.target,
          ReadOnly: mount.readOnly,
          // The engine makes a missing volume by itself; then it is labelled like its container.
          VolumeOptions: { Labels: spec.labels },
        },
      ];
    }),
  };
}

function tmpfsOptions({ sizeBytes, mode }: WorkloadMount & { kind: "tmpfs" }): string {
  return [
    ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ].join(",");
}

/** `/dev/fuse`, `/dev/sda:/dev/xvda`, `/dev/sda:/dev/xvda:rwm`. */
function toDevice(device: string): Record<string, string> {
  const [onHost = "", second, third] = device.split(":");
  const onlyPermissions = third === undefined && second !== undefined && !second.startsWith("/");
  return {
    PathOnHost: onHost,
    PathInContainer: onlyPermissions ? onHost : (second ?? onHost),
    CgroupPermissions: (onlyPermissions ? second : third) ?? "rwm",
  };
}
