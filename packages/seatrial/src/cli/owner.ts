import { setTimeout as wait } from "node:timers/promises";
import { EXIT, type ExitCode } from "../support/error.ts";
import { type ExecutedRun, executeRun } from "./execute.ts";
import type { RunFlags } from "./flags.ts";
import { openSession } from "./open-session.ts";
import { printError } from "./print-error.ts";
import { requireSuites } from "./require-suites.ts";
import { openRelease } from "./run.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools } from "./wire.ts";

/** How long a kept run lives without anyone inside it. */
export const LEASE_MS = 30 * 60_000;
const LOOK_MS = 5_000;

/** Owns a run for a process that follows it on stdout, and keeps its services when it fails, for the length of a lease. */
export async function ownerCommand(options: {
  surroundings: Surroundings;
  flags: RunFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  using stop = listenForStop(() => undefined);
  const left = new AbortController();
  const onLeft = () => left.abort(new Error("whoever followed the run is gone"));
  surroundings.stdin.once("end", onLeft).resume();
  // Nobody reads any more once the follower has left.
  for (const stream of [surroundings.stdout, surroundings.stderr]) stream.on("error", () => undefined);
  const say = (message: object) => void surroundings.stdout.write(`${JSON.stringify(message)}\n`);
  try {
    const signal = AbortSignal.any([stop.signal, left.signal]);
    const { session, plan } = await openSession({
      surroundings,
      tools: openTools(surroundings, { signal }),
      flags,
      signal,
    });
    await using _engine = session.engine;
    requireSuites(plan);
    // Only `run` asks for checks, and only `run` releases.
    const release = flags.checks === undefined ? undefined : await openRelease(session, flags);
    await using executed = await executeRun({
      session,
      plan: { ...plan, releasing: release?.plan },
      flags: { ...flags, json: true },
      release,
      signal,
    });
    if (executed.exitCode !== EXIT.failed || signal.aborted) {
      say({ type: "exit", code: executed.exitCode });
      return executed.exitCode;
    }
    const until = new Date(Date.now() + LEASE_MS);
    await executed.keep(until);
    // Whoever followed leaves now; from here on the lease decides, and its services must not end with that.
    surroundings.stdin.off("end", onLeft);
    say({ type: "exit", code: executed.exitCode });
    await lease({ executed, until, signal: stop.signal });
    return executed.exitCode;
  } catch (error) {
    const code = printError(error, surroundings);
    say({ type: "exit", code });
    return code;
  }
}

/** Resolves when the lease is over and nobody is inside, or when somebody ends it. */
async function lease(options: { executed: ExecutedRun; until: Date; signal: AbortSignal }): Promise<void> {
  const { executed, until, signal } = options;
  while (!signal.aborted) {
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (Date.now() > until.getTime() && !(await executed.hasGuests())) return;
  }
}
