import type { Duration } from "./duration.ts";

/** A service of a run, ready to be started: the Compose service after rewriting, or the app under test. Plain data. */
export interface ServiceSpec {
  /** The Compose service's name; also its host name in the run's network. */
  name: string;
  image: ImageSource;
  /** Overrides of the image's own; absent means the image's. An empty array clears it. */
  entrypoint?: string[] | undefined;
  command?: string[] | undefined;
  workingDir?: string | undefined;
  user?: string | undefined;
  env: Record<string, string>;
  hostname?: string | undefined;
  /** Further names in the run's network. */
  aliases: string[];
  /** Files and folders that travel through the agent before the process starts. */
  files: FileSpec[];
  mounts: MountSpec[];
  dependsOn: ServiceDependency[];
  readiness: ReadinessSpec;
  /** The service is expected to end with exit code 0 (a migration). */
  oneShot: boolean;
  stopSignal?: string | undefined;
  stopGrace: Duration;
  limits: Limits;
  security: SecuritySpec;
  extraHosts: string[];
  labels: Record<string, string>;
  /** Keep the image's own durability settings: no snapshot in memory, no relaxed flags. */
  durable: boolean;
  /** Do not keep or use a snapshot for this service. */
  snapshots: boolean;
}

export type ImageSource =
  | {
      kind: "reference";
      reference: string;
      pull: "missing" | "always" | "never";
      platform?: string | undefined;
    }
  /** A target of the run's build graph, by its key there. */
  | { kind: "target"; target: string };

export interface ServiceDependency {
  service: string;
  condition: "started" | "healthy" | "completed";
  required: boolean;
}

/** A file or folder of the host, or a text, placed in a container by the agent. A path is no secret unless it says so. */
export interface FileSpec {
  from:
    | { kind: "path"; path: string; secret?: boolean | undefined }
    | { kind: "content"; content: string; secret: boolean };
  /** Absolute path in the container. */
  target: string;
  mode?: number | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
}

export type MountSpec =
  | { kind: "tmpfs"; target: string; sizeBytes?: number | undefined; mode?: number | undefined }
  /** A volume shared by services of this run and removed with it. */
  | { kind: "volume"; name: string; target: string; readOnly: boolean }
  /** A nameless volume, removed with its container. `empty` hides what the image has at the target; default: its content shows. */
  | { kind: "anonymous"; target: string; empty?: boolean | undefined };

export interface Limits {
  memoryBytes?: number | undefined;
  cpus?: number | undefined;
  pids?: number | undefined;
  shmBytes?: number | undefined;
  ulimits?: { name: string; soft: number; hard: number }[] | undefined;
}

export interface SecuritySpec {
  privileged: boolean;
  readOnlyRoot: boolean;
  capAdd: string[];
  capDrop: string[];
  options: string[];
  groupAdd: string[];
  sysctls: Record<string, string>;
  devices: string[];
  init?: boolean | undefined;
}

/** How we learn that a service is ready. The probe is sent by the agent in the service's own container, to its network address. */
export interface ReadinessSpec {
  probes: ProbeSpec[];
  /** From the start of the process. Default 60 s. */
  deadline: Duration;
}

/** One question asked of a service. See protocol/agent.md for what each kind does. */
export type ProbeSpec =
  | { kind: "tcp"; port: number }
  | { kind: "http"; port: number; path: string; scheme: "http" | "https"; status?: number[] | undefined }
  | { kind: "postgres"; port: number; user: string; password?: string | undefined; database: string }
  | {
      kind: "mysql";
      port: number;
      user: string;
      password?: string | undefined;
      database?: string | undefined;
    }
  | { kind: "redis"; port: number; user?: string | undefined; password?: string | undefined }
  | { kind: "mongodb"; port: number; user?: string | undefined; password?: string | undefined }
  | { kind: "rabbitmq"; port: number; user: string; password: string; vhost: string }
  | { kind: "kafka"; port: number }
  | { kind: "command"; argv: string[]; timeout: Duration };

export type ProbeKind = ProbeSpec["kind"];

/** No special rights: suites and apps have what an engine gives to any container. */
export const PLAIN_SECURITY: SecuritySpec = {
  privileged: false,
  readOnlyRoot: false,
  capAdd: [],
  capDrop: [],
  options: [],
  groupAdd: [],
  sysctls: {},
  devices: [],
};
