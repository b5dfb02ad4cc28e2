import { afterEach, describe, expect, it } from "vitest";
import { isToolError } from "../support/error.ts";
import { listenForStop } from "./stop-signals.ts";

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const before = new Map(NAMES.map((name) => [name, process.listeners(name)]));

/** Delivers a signal to what listens for a stop, not to whatever runs the tests. */
function deliver(name: (typeof NAMES)[number]): void {
  for (const listener of process.listeners(name)) {
    if (!before.get(name)?.includes(listener)) listener(name);
  }
}

const exit = process.exit;
afterEach(() => {
  process.exit = exit;
});

describe("listening for a stop", () => {
  it.each(NAMES)("aborts at %s with an error of code 130, once", (name) => {
    let told = 0;
    using stop = listenForStop(() => {
      told += 1;
    });
    expect(stop.signal.aborted).toBe(false);
    deliver(name);
    expect(told).toBe(1);
    expect(isToolError(stop.signal.reason, "STOPPED") && stop.signal.reason.exitCode).toBe(130);
    expect(stop.signal.reason.message).toContain(name);
  });

  it("leaves at once at the second signal, whichever it is", () => {
    const codes: unknown[] = [];
    process.exit = ((code: unknown) => void codes.push(code)) as typeof process.exit;
    using _stop = listenForStop(() => undefined);
    deliver("SIGINT");
    expect(codes).toEqual([]);
    deliver("SIGTERM");
    expect(codes).toEqual([130]);
  });

  it("listens no longer once it is disposed", () => {
    const stop = listenForStop(() => undefined);
    stop[Symbol.dispose]();
    for (const name of NAMES) expect(process.listeners(name)).toEqual(before.get(name));
  });
});
