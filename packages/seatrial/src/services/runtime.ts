import type { Launcher } from "../agent/index.ts";
import type { ContainerCollector } from "../coverage/index.ts";
import type { Engine } from "../engine/index.ts";
import type { ImageIdentity, Logs } from "../model/index.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

/** What starting a service needs of its run. */
export interface ServiceRuntime {
  run: string;
  engine: Engine;
  launcher: Launcher;
  /** The id of the run's network, claimed at the first call. */
  network: () => Promise<string>;
  /** Labels of everything that the run creates. */
  labels: Record<string, string>;
  /** Images built in this run, by target key. */
  built: ReadonlyMap<string, ImageIdentity>;
  logs: Logs;
  /** Absent: snapshots are neither used nor taken. */
  snapshots?: SnapshotStore | undefined;
  /** The engine's machine answers the service's ports, and further ones, at 127.0.0.1. Absent: none of them. */
  publish?: { further: readonly number[] } | undefined;
  /** Collects its coverage. Absent: it gives none. */
  coverage?: ContainerCollector | undefined;
  /** A clock in milliseconds. */
  now: () => number;
}
