import { expect, it } from "vitest";
import { deferred, orAborted, pause, withDeadline } from "./abort.ts";
import { ToolError } from "./error.ts";

const late = () => new ToolError({ code: "LATE", message: "too late" });

it("aborts with the deadline's own error", async () => {
  using deadline = withDeadline(new AbortController().signal, { ms: 5, error: late });
  await expect(pause(10_000, deadline.signal)).toThrowWithCode("LATE");
});

it("aborts with its parent's reason, also one that was aborted before", () => {
  const reason = new Error("stopped");
  using deadline = withDeadline(AbortSignal.abort(reason), { ms: 1_000, error: late });
  expect(deadline.signal.reason).toBe(reason);
});

it("stops its clock when disposed", async () => {
  const deadline = withDeadline(new AbortController().signal, { ms: 5, error: late });
  deadline[Symbol.dispose]();
  await pause(20, new AbortController().signal);
  expect(deadline.signal.aborted).toBe(false);
});

it("gives the promise's result, or the reason if that comes first", async () => {
  const stop = new AbortController();
  expect(await orAborted(Promise.resolve(7), stop.signal)).toBe(7);
  const never = orAborted(deferred<never>().promise, stop.signal);
  stop.abort(new Error("no more"));
  await expect(never).rejects.toThrow("no more");
});
