import type { LaunchSpec } from "../agent/index.ts";
import type { WorkloadMount } from "../engine/index.ts";
import { type Digest, PLAIN_SECURITY, type SecuritySpec, type SuiteSpec } from "../model/index.ts";
import { shardName } from "./plan.ts";
import type { Shard } from "./runners/runner.ts";

/** `$SEATRIAL_RESULTS` in every suite's container: a volume of its own, gone with the container, writable for every user. */
export const RESULTS_FOLDER = "/seatrial-results";

export interface SuiteContainerOptions {
  run: string;
  spec: SuiteSpec;
  shard: Shard;
  imageId: Digest;
  /** The run's network. */
  network: string;
  /** The run's labels. */
  labels: Record<string, string>;
  /** Default: what the suite says, else no special rights. */
  security?: SecuritySpec | undefined;
  /** The suite's mounts, its volumes under their names in the engine. */
  mounts?: WorkloadMount[] | undefined;
  /** Default: the suite's. */
  extraHosts?: string[] | undefined;
}

/** The container that one shard of a suite runs in, as plain data. */
export function suiteContainer(options: SuiteContainerOptions): LaunchSpec {
  const { run, spec, shard } = options;
  const security = options.security ?? spec.security ?? PLAIN_SECURITY;
  const name = shardName(spec.name, shard);
  return {
    name: `seatrial-${run}-${name}`.replace(/[^a-zA-Z0-9_.-]/g, "-"),
    image: options.imageId,
    labels: { ...options.labels, "seatrial.suite": spec.name, "seatrial.shard": String(shard.index) },
    env: {},
    // The engine makes a folder that is not there.
    workingDir: spec.workingDir,
    hostname: hostName(name),
    network: { id: options.network, aliases: [] },
    mounts: suiteMounts(options.mounts ?? [], security),
    limits: spec.limits,
    security,
    extraHosts: options.extraHosts ?? spec.extraHosts,
  };
}

/** The results' volume, and a place for temporary files where the root is read-only. */
function suiteMounts(own: readonly WorkloadMount[], security: SecuritySpec): WorkloadMount[] {
  const mounts: WorkloadMount[] = [...own, { kind: "anonymous", target: RESULTS_FOLDER }];
  const hasTemporary = own.some((mount) => mount.target.replace(/\/+$/, "") === "/tmp");
  if (security.readOnlyRoot && !hasTemporary) mounts.push({ kind: "tmpfs", target: "/tmp", mode: 0o1777 });
  return mounts;
}

/** A valid host name of at most 63 characters. */
function hostName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/** What a suite's processes find in their environment, besides what the image has. */
export function suiteEnvironment(options: {
  run: string;
  spec: SuiteSpec;
  shard: Shard;
  /** The user's own environment, of which `CI` is passed on. */
  host: Record<string, string | undefined>;
}): Record<string, string> {
  const { run, spec, shard, host } = options;
  return {
    ...(host["CI"] === undefined ? {} : { CI: host["CI"] }),
    ...spec.env,
    SEATRIAL_RESULTS: RESULTS_FOLDER,
    SEATRIAL_RUN: run,
    SEATRIAL_SUITE: spec.name,
    SEATRIAL_SHARD: String(shard.index),
    SEATRIAL_SHARDS: String(shard.count),
    ...(spec.grep === undefined ? {} : { SEATRIAL_GREP: spec.grep }),
  };
}
