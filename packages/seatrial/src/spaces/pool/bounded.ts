import { deferred, orAborted } from "../../support/abort.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import type { Clock } from "../clock.ts";
import { type SpaceErrorCode, spaceError } from "../errors.ts";

export interface BoundedCall<T> {
  clock: Clock;
  /** Milliseconds. */
  within: number;
  /** For the message when the time is over: `making st_1_2`. */
  what: string;
  signal: AbortSignal;
  call: (signal: AbortSignal) => Promise<T>;
  /** The call has come to an end all the same, after its time was over. */
  onLate?: ((value: T) => void) | undefined;
}

/** A call to a server that ends in time, whether or not the server and its driver do. */
export async function bounded<T>(options: BoundedCall<T>): Promise<T> {
  const { clock, within, what, signal, call, onLate } = options;
  signal.throwIfAborted();
  const controller = new AbortController();
  const follow = () => controller.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  const stopClock = clock.after(within, () =>
    controller.abort(
      spaceError({ code: "SPACE_NOT_MADE", message: `${what} did not end in ${within / 1000} s` }),
    ),
  );
  const answer = deferred<T>();
  // A driver that fails before its first await must not fail past us.
  const done = (async () => await call(controller.signal))();
  done.then((value) => {
    if (controller.signal.aborted) onLate?.(value);
    else answer.resolve(value);
  }, answer.reject);
  try {
    return await orAborted(answer.promise, controller.signal);
  } finally {
    stopClock();
    signal.removeEventListener("abort", follow);
  }
}

const CODES: Partial<Record<string, true>> = {
  SPACE_SERVER_LOST: true,
  SPACE_NOT_MADE: true,
  SPACE_KIND_UNKNOWN: true,
  TEMPLATE_FAILED: true,
} satisfies Partial<Record<SpaceErrorCode, true>>;

/** The error as requests see it: one of the broker's protocol. */
export function asSpaceError(error: unknown, what: string): ToolError {
  if (isToolError(error) && CODES[error.code]) return error;
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${what}: ${messageOf(error)}`,
    hint: isToolError(error) ? error.hint : undefined,
    lastLines: isToolError(error) ? error.lastLines : undefined,
    cause: error,
  });
}
