import { EXIT, type ExitCode } from "../support/error.ts";
import type { CheckFlags } from "./flags.ts";
import { printError } from "./print-error.ts";
import { createStopNotice } from "./stop-notice.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools } from "./wire.ts";

/** `check`: builds the release image, or takes one, and asks of it what the project says. */
export async function checkCommand(options: {
  surroundings: Surroundings;
  flags: CheckFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  if (flags.list === true) {
    const { listChecks } = await import("./list-checks.ts");
    return await listChecks({ surroundings, flags });
  }
  const notice = createStopNotice(surroundings.stderr);
  using stop = listenForStop(notice.tell);
  const tools = openTools(surroundings, {
    signal: stop.signal,
    waits: flags.dryRun === true ? false : undefined,
  });
  tools.catch(() => undefined);
  const { openSession } = await import("./open-session.ts");
  const { session, plan } = await openSession({
    surroundings,
    tools,
    flags: { ...flags, checks: "only" },
    signal: stop.signal,
  });
  await using _engine = session.engine;
  if (flags.dryRun === true) {
    const { printPlan } = await import("./print-plan.ts");
    printPlan({ plan, flags, session });
    return EXIT.ok;
  }
  const { executeRun } = await import("./execute.ts");
  const executed = await executeRun({ session, plan, flags, notice, signal: stop.signal });
  try {
    await executed[Symbol.asyncDispose]();
    return executed.exitCode;
  } catch (error) {
    // What could not be removed is told, and hides no failure of the checks.
    const exitCode = printError(error, surroundings);
    return executed.exitCode === EXIT.ok ? exitCode : executed.exitCode;
  }
}
