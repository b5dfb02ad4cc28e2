import type { ProbeSpec } from "../../model/index.ts";
import type { ImageName } from "./image-name.ts";

export type PresetName = "postgres" | "mysql" | "redis" | "mongodb" | "rabbitmq" | "kafka" | "nats";

/** What is known of a kind of server, applied to one service. Plain data. */
export interface Preset {
  name: PresetName;
  probe: ProbeSpec;
  /** How many ready answers of one server instance in a row make the service ready. */
  confirmations: number;
  /** The service's own health check, if it has one, is to be asked in place of `probe`: it may do more than look. */
  yieldsToHealthcheck: boolean;
  /** Absent: the state after first boot is not worth keeping, or cannot be kept. */
  snapshot?: SnapshotDescription | undefined;
}

/** What is to be known of a service's state after its first boot to keep it. Plain data. */
export interface SnapshotDescription {
  /** The only entrypoint, by file name, that takes what is described here. */
  entrypoint: string;
  /** How a command of the server begins. One that begins with `-` is the server's arguments. */
  servers: readonly string[];
  /** Moves the data directory out of every declared VOLUME, whose content would not be part of the snapshot. */
  relocation: ServerChange;
  /** Gives durability up: what is lost when the machine fails was a test's. */
  relaxation: ServerChange;
  dataDirectory: string;
  /** Where the data would lie otherwise. A file of the service in one of them means data that the user brings along. */
  usualDataDirectories: readonly string[];
  /** Ends the server with everything written and exit code 0. */
  stopSignal: "INT" | "TERM";
  /** Files in it are run at first boot: they belong to the snapshot's key. */
  initFolder: string;
  /** Variables that change nothing in the data: they stay out of the snapshot's key. */
  ignoredEnv: readonly string[];
}

export interface ServerChange {
  env: Readonly<Record<string, string>>;
  /** They go before the service's own arguments, of which the later one counts. */
  arguments: readonly string[];
}

/** What a preset is made from. */
export interface PresetContext {
  image: ImageName | undefined;
  env: Readonly<Record<string, string>>;
  /** Entrypoint and command, as far as the service sets them, a shell's script taken apart. */
  words: readonly string[];
  /** The text of a file that the service is given, by its path in the container. */
  fileText: (path: string) => string | undefined;
}

/** Variables that a terminal or a container engine sets for its own sake. */
export const IGNORED_ENV: readonly string[] = [
  "COLORTERM",
  "COLUMNS",
  "HOSTNAME",
  "LINES",
  "NO_COLOR",
  "TERM",
];
