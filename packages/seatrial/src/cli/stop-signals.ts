import { EXIT } from "../support/error.ts";
import { cliError } from "./errors.ts";

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; the second one leaves at once (containers end with their owner). */
export function listenForStop(onStop: () => void): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const listener = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    onStop();
    controller.abort(cliError({ code: "STOPPED", message: `Stopped by ${name}.`, exitCode: EXIT.stopped }));
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, listener);
    },
  };
}
