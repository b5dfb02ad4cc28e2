import type { EngineCapabilities } from "../capabilities.ts";
import type { DockerClient } from "./call.ts";

interface VersionAnswer {
  Platform?: { Name?: string };
  Components?: { Name?: string }[];
  Version?: string;
  ApiVersion?: string;
  Os?: string;
  Arch?: string;
}

interface InfoAnswer {
  MemoryLimit?: boolean;
  MemTotal?: number;
  NCPU?: number;
  DriverStatus?: [string, string][];
}

/** Asks the engine what it is and can do. */
export async function readCapabilities(
  client: DockerClient,
  signal: AbortSignal,
): Promise<EngineCapabilities> {
  const ask = async (path: string) =>
    (await client.json({ method: "GET", path, what: "ask what the engine is", signal })) ?? {};
  const [version, info] = (await Promise.all([ask("/version"), ask("/info")])) as [VersionAnswer, InfoAnswer];
  return {
    name: engineName(version),
    version: version.Version ?? "unknown",
    apiVersion: version.ApiVersion ?? "unknown",
    platform: `${version.Os ?? "linux"}/${version.Arch ?? "unknown"}`,
    canCommit: true,
    // With images in containerd's store the builder has what an export needs.
    exportsCache:
      info.DriverStatus?.some(([, value]) => value.startsWith("io.containerd.snapshotter.")) ?? false,
    limitsMemory: info.MemoryLimit ?? false,
    memoryBytes: info.MemTotal ?? 0,
    cpus: info.NCPU ?? 0,
  };
}

function engineName(version: VersionAnswer): string {
  const component = version.Components?.[0]?.Name;
  // Docker's own component is called just that.
  if (component !== undefined && component !== "Engine") return component;
  return version.Platform?.Name || "Docker Engine";
}
