import { createHash } from "node:crypto";
import type { Engine } from "../engine/index.ts";
import type { Digest, ImageDetails } from "../model/index.ts";

/** A kept state of a service after its first boot. A cache: removing one costs the next run some seconds, nothing else. */
export interface SnapshotSummary {
  key: string;
  service: string;
  project: string;
  /** Bytes that it has beyond the image it was taken from: what goes with it. All of it where nothing says how large that image was. */
  ownSize: number;
  /** Bytes with that image, as the engine counts them. */
  size: number;
  createdAt: string;
  lastUsedAt?: string | undefined;
}

export interface SnapshotStore {
  find(key: string, signal: AbortSignal): Promise<ImageDetails | undefined>;
  keep(options: KeepSnapshot): Promise<void>;
  list(signal: AbortSignal): Promise<SnapshotSummary[]>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** Removes the least recently used ones until the rest adds no more than `maxBytes` to its images. Returns what was removed. */
  prune(maxBytes: number, signal: AbortSignal): Promise<SnapshotSummary[]>;
}

export interface KeepSnapshot {
  key: string;
  workload: string;
  service: string;
  project: string;
  signal: AbortSignal;
}

/** Remembers when a snapshot was last used; engines do not. */
export interface UsageJournal {
  touch(key: string): Promise<void>;
  lastUsed(key: string): Promise<Date | undefined>;
  forget(key: string): Promise<void>;
}

const LABELS = { "seatrial.cache": "snapshot" };
const BASE_SIZE = "seatrial.cache.base-size";
const reference = (key: string) => `seatrial-snapshot:${key}`;

/** Snapshots as images of the engine, found by their key. */
export function createSnapshotStore(options: { engine: Engine; usage: UsageJournal }): SnapshotStore {
  const { images, workloads } = options.engine;
  const { usage } = options;

  async function list(signal: AbortSignal): Promise<SnapshotSummary[]> {
    const found = await images.list(LABELS, signal);
    return await Promise.all(
      found.map(async ({ id, labels, createdAt, ...listed }) => {
        const key = labels["seatrial.cache.key"] ?? "";
        // Lists count in another way than this on some engines, and the size of the image below was asked like this.
        const size = (await images.inspect(id, signal))?.size ?? listed.size;
        return {
          key,
          service: labels["seatrial.service"] ?? "",
          project: labels["seatrial.project"] ?? "",
          ownSize: Math.max(0, size - Number(labels[BASE_SIZE] || 0)),
          size,
          createdAt,
          lastUsedAt: (await usage.lastUsed(key))?.toISOString(),
        };
      }),
    );
  }

  /** Two runs that took the same snapshot at once leave one without a name: it goes too. */
  async function remove(key: string, signal: AbortSignal): Promise<void> {
    const found = await images.list({ ...LABELS, "seatrial.cache.key": key }, signal);
    const names = found.flatMap(({ id, references }) => (references.length === 0 ? [id] : references));
    await Promise.all(names.map((name) => images.remove(name, signal)));
    await usage.forget(key);
  }

  return {
    list,
    remove,
    async find(key, signal) {
      const image = await images.inspect(reference(key), signal);
      if (image !== undefined) await usage.touch(key);
      return image;
    },
    async keep({ key, workload, service, project, signal }) {
      const below = (await workloads.inspect(workload, signal))?.image;
      const base = below === undefined ? undefined : await images.inspect(below, signal);
      await images.commit(workload, {
        reference: reference(key),
        labels: {
          ...LABELS,
          "seatrial.cache.key": key,
          "seatrial.service": service,
          "seatrial.project": project,
          ...(base === undefined ? {} : { [BASE_SIZE]: `${base.size}` }),
        },
        signal,
      });
      await usage.touch(key);
    },
    async prune(maxBytes, signal) {
      const newestFirst = (await list(signal)).sort((a, b) => usedAt(b) - usedAt(a));
      const removed: SnapshotSummary[] = [];
      let total = 0;
      for (const snapshot of newestFirst) {
        total += snapshot.ownSize;
        if (total <= maxBytes) continue;
        await remove(snapshot.key, signal);
        removed.push(snapshot);
      }
      return removed;
    },
  };
}

function usedAt(snapshot: SnapshotSummary): number {
  return Date.parse(snapshot.lastUsedAt ?? snapshot.createdAt);
}

/** The key of a snapshot: everything that shapes the state after first boot. */
export function snapshotKey(parts: {
  imageId: Digest;
  env: Record<string, string>;
  argv: readonly string[];
  user: string;
  initFiles: readonly { target: string; digest: string }[];
}): string {
  const canonical = JSON.stringify([
    1,
    parts.imageId,
    Object.entries(parts.env).sort(([a], [b]) => (a < b ? -1 : 1)),
    parts.argv,
    parts.user,
    [...parts.initFiles]
      .sort((a, b) => (a.target < b.target ? -1 : 1))
      .map((file) => [file.target, file.digest]),
  ]);
  return createHash("sha256").update(canonical).digest("hex").slice(0, 16);
}
