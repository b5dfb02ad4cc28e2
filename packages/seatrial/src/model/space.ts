import type { Duration } from "./duration.ts";

/** Kinds of servers of which the broker can give clean parts. */
export const SPACE_KINDS = ["postgres", "mysql", "redis", "mongodb", "rabbitmq", "nats", "s3"] as const;
export type SpaceKind = (typeof SPACE_KINDS)[number];

/** How spaces of one kind are kept apart; each kind knows some of them, the first is its default. */
export const SPACE_ISOLATIONS = {
  /** A database and a role of its own. */
  postgres: ["database"],
  mysql: ["database"],
  /** A server process of its own; a user who sees only keys and channels with a prefix; a numbered database. */
  redis: ["process", "prefix", "database"],
  mongodb: ["database"],
  rabbitmq: ["vhost"],
  nats: ["process", "account"],
  s3: ["bucket", "prefix"],
} as const satisfies Record<SpaceKind, readonly string[]>;
const ADDRESS = ["url", "host", "port"] as const;
const LOGIN = [...ADDRESS, "user", "password", "name"] as const;

/** The parts that spaces of a kind may have; `prefix` only where it is what keeps them apart. */
export const SPACE_PARTS = {
  postgres: [...LOGIN, "sslmode"],
  mysql: [...LOGIN, "dsn", "server", "client"],
  redis: [...LOGIN, "prefix"],
  mongodb: LOGIN,
  rabbitmq: [...LOGIN, "vhost"],
  nats: LOGIN,
  s3: [...LOGIN, "endpoint", "bucket", "prefix", "access_key", "secret_key", "region"],
} as const satisfies Record<SpaceKind, readonly string[]>;

export type SpaceIsolation = (typeof SPACE_ISOLATIONS)[SpaceKind][number];

/** How spaces of one definition are made: an entry of `spaces`, or a service of a known kind without one. Plain data. */
export interface SpacePlan {
  /** The definition's name, by which tests ask: its service's, unless the project defines several of one service. */
  name: string;
  service: string;
  kind: SpaceKind;
  isolation: SpaceIsolation;
  template: TemplatePlan;
  /**
   * `auto`: what a test changed is put back where that is safe. `connected`: the same, over a session that stays in each space of PostgreSQL.
   * `recreate`: every used space is dropped.
   */
  reuse: "auto" | "connected" | "recreate";
  /** Clean spaces that wait ahead of need; absent: as many as the tests' pace asks for. */
  warm?: number | undefined;
  /** At most so many exist at once, kept ones included. */
  limit: number;
  /** A space that is not given back ends after this time. */
  ttl: Duration;
  keep: KeepLimits;
  /** Rendered for each space. */
  files: ConfigTemplate[];
}

/** What every space begins with. */
export interface TemplatePlan {
  /** The database that it is copied from; absent: an empty one. */
  from?: string | undefined;
  /** What then changes it, in this order; each gets a space of its own to work on, which is sealed after the last. */
  steps: TemplateStep[];
}

export type TemplateStep =
  /** Files of the host, absolute, in order; the server's own client language (SQL; commands of Redis; JSON of MongoDB). */
  | { kind: "files"; files: string[] }
  /** A command in an image, with the template's address in `variable` and in the kind's usual variables. */
  | { kind: "command"; target: string; argv: string[]; env: Record<string, string>; variable: string }
  /** A one-shot service of the Compose file, with the template's address in `variable`. */
  | { kind: "service"; service: string; variable: string };

/** How long, how many and how large spaces of failed tests may be kept. */
export interface KeepLimits {
  count: number;
  time: Duration;
  bytes: number;
}

/** A configuration file that is rendered for each space. Plain data. */
export interface ConfigTemplate {
  /** The rendered file's name below the space's folder, without the template's `.tmpl`. */
  name: string;
  /** The template's path from the project's folder, for people. */
  path: string;
  text: string;
}

/** What a variable gets: one part of the address of a space of this definition. */
export interface SpaceUse {
  space: string;
  /** `url`, `host`, `port`, `user`, `password`, `name`, or what the kind adds. */
  part: string;
}

/** One part of a space's address: `url`, `host`, `port`, `user`, `password`, `name`, and what a kind adds. */
export type SpaceValues = Record<string, string>;

export type SpaceState =
  | "creating"
  | "ready"
  | "leased"
  | "kept"
  | "draining"
  | "dropping"
  | "gone"
  /** Something failed that must not touch a test: nobody gets it again, and it is dropped as soon as that works. */
  | "quarantined";

/** Whom a space was given to. */
export interface SpaceHolder {
  run: string;
  suite: string;
  /** As the client names it: `TestX/sub`, a pytest node id. Empty: a process of the suite. */
  test: string;
  attempt: number;
}

/** What people see of a space: `space list`, `GET /v1/spaces`. Holds no secret. */
export interface SpaceSummary {
  id: string;
  /** The definition's name. */
  space: string;
  service: string;
  kind: SpaceKind;
  /** In its server: a database, a vhost, a bucket, a port. */
  name: string;
  state: SpaceState;
  holder?: SpaceHolder | undefined;
  /** ISO 8601, in UTC. */
  createdAt: string;
  leasedAt?: string | undefined;
  /** When the lease or the keeping ends by itself. */
  until?: string | undefined;
  bytes?: number | undefined;
  /** Why it is kept or quarantined: `failed`, `owner lost`, `kept by hand`, an error's message. */
  reason?: string | undefined;
}

/** What a run's spaces came to, by definition. */
export interface SpacesOutcome {
  space: string;
  service: string;
  kind: SpaceKind;
  /** Given to tests. */
  leased: number;
  /** Of these, given out again after a reset. */
  reused: number;
  created: number;
  /** How long tests waited for one, in milliseconds. */
  wait: { median: number; largest: number };
  kept: SpaceSummary[];
}
