import { pause } from "../../support/abort.ts";
import type { Environment } from "../docker-config.ts";
import { insecureHosts } from "./insecure-hosts.ts";

export interface RegistryOptions {
  /** Says where the docker configuration, certificates and proxies are. */
  environment: Environment;
  /**
   * The hosts with which plain HTTP, and certificates that nobody vouches for, are fine: registries as in names of images, and
   * token servers and storages that they send us to. Default: none but loopback.
   */
  insecureHosts?: readonly string[] | undefined;
  /** How often one thing is tried, the first time included. Default 5. */
  maxAttempts?: number | undefined;
  limits?: Partial<RegistryLimits> | undefined;
  /** Hears of each further try before the wait for it. */
  onRetry?: ((note: string) => void) | undefined;
  /** A clock in milliseconds. */
  now?: (() => number) | undefined;
  sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Between 0 and 1; spreads the waits of many clients. */
  random?: (() => number) | undefined;
  /** Folders with certificates by registry host. Default: docker's own. */
  certificateFolders?: string[] | undefined;
}

/** How long anything may take, in milliseconds. */
export interface RegistryLimits {
  /** Until a connection stands, proxy and TLS included. Default 20 s. */
  connect: number;
  /**
   * Until an answer has begun, once the request is sent. Default 120 s. The end of an upload has a second more for each 10 MB, since
   * registries hash and move a blob before they answer.
   */
  answer: number;
  /** The longest pause in a body, either way. Default 60 s. */
  stall: number;
  /** All waits between the tries of one thing, and for answers that did not come. Default 120 s. */
  patience: number;
}

/** Options with everything that is left out. */
export interface Settings {
  environment: Environment;
  /** By choice, besides loopback. */
  isInsecure: (url: URL) => boolean;
  maxAttempts: number;
  limits: RegistryLimits;
  onRetry: (note: string) => void;
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  /** Absent: docker's own. */
  certificateFolders: string[] | undefined;
}

export function settingsOf(options: RegistryOptions): Settings {
  return {
    environment: options.environment,
    isInsecure: insecureHosts(options.insecureHosts ?? []),
    maxAttempts: options.maxAttempts ?? 5,
    limits: { connect: 20_000, answer: 120_000, stall: 60_000, patience: 120_000, ...options.limits },
    onRetry: options.onRetry ?? (() => undefined),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? pause,
    random: options.random ?? Math.random,
    certificateFolders: options.certificateFolders,
  };
}
