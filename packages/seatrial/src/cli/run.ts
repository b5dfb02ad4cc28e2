import type { RunPlan } from "../run/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { RunFlags } from "./flags.ts";
import { inPipeline } from "./in-pipeline.ts";
import { printError } from "./print-error.ts";
import type { Pushing } from "./push.ts";
import { requireSuites } from "./require-suites.ts";
import type { RunRelease } from "./run-release.ts";
import type { Session } from "./session.ts";
import { createStopNotice } from "./stop-notice.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTools, type Tools } from "./wire.ts";

/** `run`, `test` and `build`: plans, carries the plan out, tells it, and leaves nothing behind. */
export async function runCommand(options: {
  surroundings: Surroundings;
  flags: RunFlags;
  what: "run" | "test" | "build";
}): Promise<ExitCode> {
  const { surroundings, what } = options;
  const flags: RunFlags = { ...options.flags, ...(what === "run" ? { checks: "beside" } : {}) };
  const notice = createStopNotice(surroundings.stderr);
  using stop = listenForStop(notice.tell);
  if (flags.keep === true && flags.dryRun !== true) {
    const { followOwner } = await import("./follow-owner.ts");
    return await followOwner({ surroundings, flags, notice, signal: stop.signal });
  }
  const { tools, asked } = askEngine({ surroundings, flags, signal: stop.signal });
  await asked;
  const { openSession } = await import("./open-session.ts");
  const { session, plan } = await openSession({
    surroundings,
    tools,
    flags: { ...flags, imagesOnly: what === "build" },
    signal: stop.signal,
  });
  await using _engine = session.engine;
  const release = what === "run" ? await openRelease(session, flags) : undefined;
  const pushing =
    flags.push === true ? await openPushing({ session, plan, flags, signal: stop.signal }) : undefined;
  const chosen =
    what === "build"
      ? {
          ...(pushing?.instead ?? plan),
          services: [],
          suites: [],
          spaces: [],
          volumes: [],
          coverage: undefined,
          push: pushing?.plan,
        }
      : { ...plan, releasing: release?.plan, warnings: [...plan.warnings, ...unreleased(session, flags)] };
  if (flags.dryRun === true) {
    const { printPlan } = await import("./print-plan.ts");
    printPlan({ plan: chosen, flags, session });
    return EXIT.ok;
  }
  if (what !== "build") requireSuites(chosen);
  const { executeRun } = await import("./execute.ts");
  const executed = await executeRun({
    session,
    plan: chosen,
    flags,
    push: pushing?.push,
    pushCache: pushing?.pushCache,
    release,
    borrow:
      flags.warm === undefined
        ? undefined
        : (await import("./native/open-warm.ts")).openWarm(session, chosen, flags),
    notice,
    signal: stop.signal,
  });
  try {
    await executed[Symbol.asyncDispose]();
    return executed.exitCode;
  } catch (error) {
    // What could not be removed is told, and hides no failure of the run itself.
    const exitCode = printError(error, surroundings);
    return executed.exitCode === EXIT.ok ? exitCode : executed.exitCode;
  }
}

/** A plan is shown as it is without a registry. */
async function openPushing(options: {
  session: Session;
  plan: RunPlan;
  flags: RunFlags;
  signal: AbortSignal;
}): Promise<Pushing> {
  const { openPush } = await import("./push.ts");
  const { rebuild, dryRun, quiet } = options.flags;
  const { stderr } = options.session.surroundings;
  const onRetry = (note: string) => void (quiet === true || stderr.write(`  … ${note}\n`));
  return await openPush({ ...options, rebuild: rebuild === true || dryRun === true, onRetry });
}

/** In CI a release that is described and does not take place is most likely a variable that is missing. */
function unreleased({ project, surroundings }: Session, flags: RunFlags): string[] {
  const { release } = project.config;
  const isMeant = flags.checks !== undefined && flags.release !== false && release !== undefined;
  if (!isMeant || release.repository !== undefined || !inPipeline(surroundings.environment.env)) return [];
  return ["nothing is released: release.repository is empty, perhaps since a variable in it is not set"];
}

/** The release at the end of a run, where the project has one. */
export async function openRelease(session: Session, flags: RunFlags): Promise<RunRelease | undefined> {
  if (session.project.config.release?.repository === undefined) return undefined;
  const { openRunRelease } = await import("./run-release.ts");
  return await openRunRelease(session, flags);
}

/** Asks the engine before the rest of the program is loaded, which takes longer: its answer is on the way meanwhile. */
function askEngine(options: { surroundings: Surroundings; flags: RunFlags; signal: AbortSignal }): {
  tools: Promise<Tools>;
  asked: Promise<void>;
} {
  const { surroundings, flags, signal } = options;
  let onAsked = () => {};
  const asked = new Promise<void>((resolve) => (onAsked = resolve));
  const waits = flags.dryRun === true ? false : undefined;
  const tools = openTools(surroundings, { signal, waits, onAsked });
  tools.catch(onAsked);
  return { tools, asked };
}
