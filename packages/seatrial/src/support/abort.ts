import { setTimeout as wait } from "node:timers/promises";
import type { ToolError } from "./error.ts";

export interface Deadline {
  /** Milliseconds. */
  ms: number;
  /** Called when the time is up: says what was waited for and what was seen. */
  error: () => ToolError;
}

/** A signal that aborts with its parent, or with `deadline.error()` after `deadline.ms`. Dispose it to stop the clock. */
export function withDeadline(parent: AbortSignal, deadline: Deadline): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(deadline.error()), deadline.ms);
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener("abort", follow);
    },
  };
}

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** The promise, or the signal's reason if that comes first. The work behind the promise goes on. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whoever stops waiting for it also stops caring how it ends.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const { promise: aborted, reject } = deferred<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

/** A promise with its two ends in hand (Node 20 lacks Promise.withResolvers). */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A signal that aborts with the first of these. Dispose it to let go of them (AbortSignal.any holds on to those that live long). */
export function anyAborted(signals: readonly AbortSignal[]): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const follow = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) controller.abort(aborted.reason);
  else for (const signal of signals) signal.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) signal.removeEventListener("abort", follow);
    },
  };
}
