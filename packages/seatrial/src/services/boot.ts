import type { Digest, ImageDetails, ServiceSpec } from "../model/index.ts";
import { hasLooseSecrets } from "./launch.ts";
import type { ServicePlan } from "./plan.ts";
import { snapshotRecipe } from "./presets/index.ts";
import { processSpecOf } from "./process.ts";
import { hasSharedBootFiles } from "./shared-boot-files.ts";
import { digestFiles } from "./snapshot.ts";
import { type SnapshotStore, snapshotKey } from "./snapshot-store.ts";

/** How this service is started this time. */
export interface BootPlan {
  imageId: Digest;
  /** The service with its data directory moved and its durability relaxed, where a snapshot is used or taken. */
  spec: ServiceSpec;
  /** The key of the snapshot that it starts from. */
  from?: string | undefined;
  /** The key under which its state is kept after the first boot. */
  takeAs?: string | undefined;
  stopSignal: string;
}

/** Decides between the image and a snapshot of an earlier first boot. */
export async function planBoot(options: {
  plan: ServicePlan;
  image: ImageDetails;
  snapshots?: SnapshotStore | undefined;
  signal: AbortSignal;
}): Promise<BootPlan> {
  const { plan, image, snapshots, signal } = options;
  const plain: BootPlan = { imageId: image.id, spec: plan.spec, stopSignal: "TERM" };
  const prepared =
    plan.snapshot && snapshotRecipe(plan.snapshot).prepare({ spec: plan.spec, image: image.config });
  if (plan.snapshot === undefined || prepared === undefined || !plan.spec.snapshots) return plain;
  const moved: BootPlan = { imageId: image.id, spec: prepared.spec, stopSignal: prepared.stopSignal };
  if (snapshots === undefined || plan.spec.security.readOnlyRoot || hasLooseSecrets(plan.spec.files))
    return moved;
  const process = processSpecOf(prepared.spec, image.config);
  const env = without({ ...image.config.env, ...prepared.spec.env }, plan.snapshot.ignoredEnv);
  const { initFolder } = plan.snapshot;
  if (hasSharedBootFiles({ mounts: prepared.spec.mounts, initFolder, env, argv: process.argv })) return moved;
  const key = snapshotKey({
    imageId: image.id,
    env,
    argv: process.argv,
    user: process.user ?? "",
    initFiles: await digestFiles(plan.spec.files),
  });
  const kept = await snapshots.find(key, signal);
  return kept === undefined ? { ...moved, takeAs: key } : { ...moved, imageId: kept.id, from: key };
}

function without(env: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
