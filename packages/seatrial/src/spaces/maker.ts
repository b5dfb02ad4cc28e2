import type { Duplex } from "node:stream";
import type { AgentProcess, ProcessSpec } from "../agent/index.ts";
import type { SpaceKind, SpacePlan, SpaceValues } from "../model/index.ts";

/** A service as the broker reaches it. */
export interface SpaceServer {
  /** The service's name. */
  service: string;
  /** Where it listens in its container. */
  port: number;
  /** Its administrator, as far as the service's settings tell. */
  admin: { user?: string | undefined; password?: string | undefined; database?: string | undefined };
  /** The environment of its container: the image's, then the service's. */
  env: Readonly<Record<string, string>>;
  /** A TCP connection to a port of its container. Fails with SPACE_SERVER_LOST. */
  dial(port: number, signal: AbortSignal): Promise<Duplex>;
  /** Runs a process in its container, as the image's user unless the spec says otherwise. */
  run(spec: ProcessSpec, signal: AbortSignal): Promise<AgentProcess>;
  /** A small file of its container; undefined: there is none. */
  readFile(path: string, signal: AbortSignal): Promise<string | undefined>;
  writeFile(
    file: { path: string; content: string; mode: number; uid?: number; gid?: number },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A space in its server. */
export interface MadeSpace {
  /** In the server: unique there, and found again by `list`. */
  name: string;
  /** Where clients connect, of the server's container. */
  port: number;
  /** Everything about it but `host`, `port` and `url`: `user`, `password`, `name` … */
  values: SpaceValues;
}

/** Makes and removes spaces of one definition in one server. Its calls may run at the same time. */
export interface SpaceMaker extends AsyncDisposable {
  /** So many can exist at once, whatever the definition's limit; absent: the server has no such number. */
  readonly capacity?: number | undefined;
  /** Makes one that is as the template is. It resolves when clients can connect. */
  make(name: string, signal: AbortSignal): Promise<MadeSpace>;
  /**
   * Ends every session of it, and puts it back to what `make` gave, under a new password that is written into `space.values`: what a
   * test left running must not come back into another test's space. False: that is not safe or not certain, drop it.
   */
  reset(space: MadeSpace, signal: AbortSignal): Promise<boolean>;
  /** Takes out whatever the maker itself has in a space that somebody has, for people to look at it; absent: there is never anything. */
  vacate?(name: string, signal: AbortSignal): Promise<void>;
  /** Ends its sessions and removes it with its user. Missing is fine. */
  drop(name: string, signal: AbortSignal): Promise<void>;
  /** Names of those in the server that begin with the prefix, whoever made them, half-made ones included. */
  list(prefix: string, signal: AbortSignal): Promise<string[]>;
  /** Writes into the server whose it is, where the server has a place for that. It has ended before the space is reset or dropped. */
  label(name: string, text: string, signal: AbortSignal): Promise<void>;
  /** What it takes on disk or in memory; undefined: the server does not tell. */
  size(space: MadeSpace, signal: AbortSignal): Promise<number | undefined>;
}

/** What opening a maker is given. */
export interface MakerOptions {
  plan: SpacePlan;
  server: SpaceServer;
  /** What names of everything it makes for itself begin with: templates, roles. */
  prefix: string;
  /** Carries out a template's step of kind `command` or `service` against an address; fails with TEMPLATE_FAILED and its log. */
  runStep: (step: OutsideStep, signal: AbortSignal) => Promise<void>;
  /** What is going on, in a line for people: `postgres: building its template (migrate up)`. */
  onNote: (note: string) => void;
  /** What the user should know of these spaces, for people. */
  onWarning?: ((message: string) => void) | undefined;
  /** A space, or the name of one being made, is gone without having been dropped: nobody may get it. `drop` is still to be called. */
  onLost?: ((name: string, why: string) => void) | undefined;
  signal: AbortSignal;
}

/** A step of a template that is not the maker's own: a process elsewhere that works on the template being built. */
export interface OutsideStep {
  step: Exclude<SpacePlan["template"]["steps"][number], { kind: "files" }>;
  /** The template's address as a container of the run sees it. */
  values: SpaceValues;
  env: Record<string, string>;
}

/** A kind of server. */
export interface SpaceKindDriver {
  readonly kind: SpaceKind;
  /** Connects, builds and seals the template, and resolves when spaces can be made. */
  open(options: MakerOptions): Promise<SpaceMaker>;
  /** The address for a client that reaches the space at this host and port: `url` and everything else. Pure. */
  values(space: MadeSpace, at: { host: string; port: number }): SpaceValues;
  /** The kind's usual variables: `PGHOST`, `MYSQL_PWD`, `REDIS_URL` … Pure. */
  env(values: SpaceValues): Record<string, string>;
  /** The interactive client, run in the service's container; `values` are those at loopback there. Pure. */
  client(values: SpaceValues): { argv: string[]; env: Record<string, string> };
}
