import type { Launcher } from "../agent/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Emit, ImageIdentity, Log } from "../model/index.ts";
import type { ExitCode } from "../support/error.ts";

/** What carrying out checks is given; it reaches for nothing else. */
export interface CheckContext {
  run: string;
  release: ImageIdentity;
  /** The image that suites run in, when it is another one: the reading compares it with the release image. */
  test?: ImageIdentity | undefined;
  engine: Engine;
  launcher: Launcher;
  /** Of every container that a check starts. */
  labels: Record<string, string>;
  /** The id of the run's network, made when the first container needs it. */
  network(): Promise<string>;
  /** Resolves when these services of the run are ready. */
  ready(services: readonly string[]): Promise<void>;
  /** This machine's environment: values of build secrets come from it. */
  env: Record<string, string | undefined>;
  /** This user's cache, absolute. Readings of layers are kept below it. */
  cacheFolder: string;
  /** Of the check node: what containers of checks say goes here. */
  log: Log;
  emit: Emit;
  /** What is being done right now, in a few words. */
  note(text: string): void;
  /** Called for each error that kept checks from being carried out, with the exit code that it deserves. */
  onError?: ((exitCode: ExitCode) => void) | undefined;
  /** A clock in milliseconds. */
  now(): number;
  signal: AbortSignal;
}
