import { posix } from "node:path";
import { type LaunchedWorkload, placeFiles } from "../agent/index.ts";
import type { WorkloadMount } from "../engine/index.ts";
import type { Digest, FileSpec, MountSpec, ServiceSpec } from "../model/index.ts";
import type { ServiceRuntime } from "./runtime.ts";

/** Starts a service's container with the agent in it and its files in place; its own process is not started yet. */
export async function launchContainer(options: {
  spec: ServiceSpec;
  imageId: Digest;
  /** Ports to publish. */
  publish?: readonly number[] | undefined;
  /** Further ones. */
  mounts?: readonly WorkloadMount[] | undefined;
  runtime: ServiceRuntime;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<LaunchedWorkload> {
  const { spec, runtime, signal } = options;
  const workload = await runtime.launcher.launch(
    {
      name: containerName(runtime.run, spec.name),
      label: `service ${spec.name}`,
      image: options.imageId,
      labels: { ...runtime.labels, "seatrial.service": spec.name },
      env: {},
      // The engine makes a folder that is not there.
      workingDir: spec.workingDir,
      hostname: spec.hostname ?? spec.name,
      network: { id: await runtime.network(), aliases: [spec.name, ...spec.aliases] },
      publish: options.publish,
      mounts: [
        ...spec.mounts.map((mount) => toWorkloadMount(mount, runtime.run)),
        ...secretMounts(spec),
        ...(options.mounts ?? []),
      ],
      limits: spec.limits,
      security: spec.security,
      extraHosts: spec.extraHosts,
    },
    signal,
  );
  try {
    await placeFiles({
      subject: `service ${spec.name}`,
      files: spec.files,
      agent: workload.agent,
      onNote: options.onNote,
      signal,
    });
    return workload;
  } catch (error) {
    // Why it failed counts more than what could not be removed for it: that is swept later.
    await Promise.allSettled([workload[Symbol.asyncDispose]()]);
    throw error;
  }
}

/** The name of a container of a run. */
export function containerName(run: string, part: string): string {
  return `seatrial-${run}-${part.replace(/[^a-zA-Z0-9_.-]/g, "-")}`;
}

/** The name of a volume of a run. */
export function volumeName(run: string, volume: string): string {
  return `seatrial-${run}-${volume.replace(/[^a-zA-Z0-9_.-]/g, "-")}`;
}

/** A mount as the engine port wants it; a shared volume gets the run's name. */
export function toWorkloadMount(mount: MountSpec, run: string): WorkloadMount {
  return mount.kind === "volume" ? { ...mount, name: volumeName(run, mount.name) } : mount;
}

const SECRETS_FOLDER = "/run/secrets";

/** Secrets live in memory, so that no snapshot of the file system can hold them. */
function secretMounts({ files, mounts }: ServiceSpec): WorkloadMount[] {
  const needed = files.some(isInSecretsFolder);
  const mounted = mounts.some((mount) => mount.target.replace(/\/+$/, "") === SECRETS_FOLDER);
  return needed && !mounted ? [{ kind: "tmpfs", target: SECRETS_FOLDER, mode: 0o755 }] : [];
}

/** True when a secret lies outside the folder that is kept in memory. */
export function hasLooseSecrets(files: readonly FileSpec[]): boolean {
  return files.some((file) => file.from.secret === true && !isInSecretsFolder(file));
}

function isInSecretsFolder({ target }: FileSpec): boolean {
  return posix.normalize(target).startsWith(`${SECRETS_FOLDER}/`);
}
