import { deferred } from "../../support/abort.ts";
import type { Clock } from "../clock.ts";
import type { PoolRequest } from "./request.ts";
import type { Space } from "./space.ts";

/** Requests that wait for a space, first come, first served. */
export interface WaitList {
  readonly size: number;
  /** Waits at most `request.wait`; `onOver` says with what it then fails. */
  add(request: PoolRequest, onOver: (waited: number) => Error): Promise<Space>;
  /** Takes out the one that has waited longest. */
  take(): Waiter | undefined;
  rejectAll(error: unknown): void;
}

export interface Waiter {
  request: PoolRequest;
  since: number;
  resolve(space: Space): void;
  reject(error: unknown): void;
}

/** An empty list. */
export function createWaitList(clock: Clock): WaitList {
  const waiters = new Set<Waiter>();

  function take(): Waiter | undefined {
    const [waiter] = waiters;
    if (waiter !== undefined) waiters.delete(waiter);
    return waiter;
  }

  return {
    get size() {
      return waiters.size;
    },
    take,
    add(request, onOver) {
      const { promise, resolve, reject } = deferred<Space>();
      const since = clock.now();
      const end = () => {
        waiters.delete(waiter);
        stopClock();
        for (const [signal, listener] of listeners) signal.removeEventListener("abort", listener);
      };
      const waiter: Waiter = {
        request,
        since,
        resolve(space) {
          end();
          resolve(space);
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      const stopClock = clock.after(request.wait, () => waiter.reject(onOver(clock.now() - since)));
      const listeners = request.signals.map((signal) => {
        const listener = () => waiter.reject(signal.reason);
        signal.addEventListener("abort", listener, { once: true });
        return [signal, listener] as const;
      });
      waiters.add(waiter);
      return promise;
    },
    rejectAll(error) {
      for (let waiter = take(); waiter !== undefined; waiter = take()) waiter.reject(error);
    },
  };
}
