import { EXIT, type ExitCode } from "../support/error.ts";
import { executeRun } from "./execute.ts";
import type { RunFlags } from "./flags.ts";
import { followOwner } from "./follow-owner.ts";
import { openSession } from "./open-session.ts";
import { printPlan } from "./print-plan.ts";
import { requireSuites } from "./require-suites.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";

/** `run`, `test` and `build`: plans, carries the plan out, tells it, and leaves nothing behind. */
export async function runCommand(options: {
  surroundings: Surroundings;
  flags: RunFlags;
  what: "run" | "test" | "build";
}): Promise<ExitCode> {
  const { surroundings, flags, what } = options;
  using stop = listenForStop(() => surroundings.stderr.write("stopping; once more to leave at once\n"));
  if (flags.keep === true && flags.dryRun !== true) {
    return await followOwner({ surroundings, flags, signal: stop.signal });
  }
  const { session, plan } = await openSession({ surroundings, flags, signal: stop.signal });
  await using _engine = session.engine;
  const chosen = what === "build" ? { ...plan, services: [], suites: [], volumes: [] } : plan;
  if (flags.dryRun === true) {
    printPlan({ plan: chosen, flags, session });
    return EXIT.ok;
  }
  if (what !== "build") requireSuites(chosen);
  await using executed = await executeRun({ session, plan: chosen, flags, signal: stop.signal });
  return executed.exitCode;
}
