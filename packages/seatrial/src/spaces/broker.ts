import type { Duration, SpaceHolder, SpaceKind, SpaceSummary, SpacesOutcome } from "../model/index.ts";
import type { SpaceClient } from "./held-by.ts";
import type { MadeSpace } from "./maker.ts";

/** Hands out spaces. One is in the owner; another speaks to an owner elsewhere. Closing it drops everything that it made. */
export interface Broker extends AsyncDisposable {
  /** Begins to make templates and spaces, ahead of the first request. Its failure is that of the requests. */
  prepare(names: readonly string[]): void;
  /** Opens a session: its end ends the leases that were made in it. */
  openSession(): Promise<BrokerSession>;
  /** Resolves with a space that nobody else has. Fails with the codes of protocol/broker.md. */
  acquire(request: SpaceRequest, signal: AbortSignal): Promise<LeasedSpace>;
  /** Gives it back; again is fine. Resolves when its next state is decided, not when it is gone. */
  release(id: string, result: SpaceResult): Promise<SpaceSummary>;
  renew(id: string, ttl: Duration | undefined): Promise<SpaceSummary>;
  /** Keeps a leased or kept one for this long at least: it never ends sooner than it would have. */
  keep(id: string, time: Duration | undefined): Promise<SpaceSummary>;
  /** Drops one in whatever state it is. Resolves when it is gone from its server. */
  drop(id: string): Promise<SpaceSummary>;
  /** A leased or kept one as its holder has it. Fails with SPACE_UNKNOWN. */
  find(id: string): Promise<LeasedSpace>;
  list(): Promise<SpaceSummary[]>;
  /** Of all, or of what one suite of one run had. */
  outcomes(of?: SpaceClient): Promise<SpacesOutcome[]>;
}

export interface BrokerSession extends AsyncDisposable {
  readonly id: string;
}

export interface SpaceRequest {
  /** A definition's name. */
  space: string;
  holder: SpaceHolder;
  session?: string | undefined;
  ttl?: Duration | undefined;
  wait?: Duration | undefined;
  key?: string | undefined;
}

export interface SpaceResult {
  outcome: "passed" | "failed" | "skipped" | "unknown";
  message?: string | undefined;
}

/** A space in somebody's hands. */
export interface LeasedSpace {
  id: string;
  space: string;
  service: string;
  kind: SpaceKind;
  made: MadeSpace;
  holder: SpaceHolder;
  leasedAt: string;
  until: string;
}

/** Where the clients of one side of the network find a port of a service. */
export interface Reach {
  /** Resolves with where it is, for as long as the signal's space lives. */
  address(service: string, port: number, signal: AbortSignal): Promise<{ host: string; port: number }>;
}
