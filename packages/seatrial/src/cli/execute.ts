import type { Digest, RunEvent } from "../model/index.ts";
import {
  appendStepSummary,
  createEventFile,
  createJunitReport,
  createLogs,
  createRunFolder,
  STEP_SUMMARY,
} from "../report/index.ts";
import {
  type AppliedRun,
  applyRun,
  createRunId,
  guestLabel,
  openJournal,
  openRunControl,
  type RunContext,
  type RunPlan,
  requireSecrets,
} from "../run/index.ts";
import { createSnapshotStore } from "../services/index.ts";
import type { ExitCode, ToolError } from "../support/error.ts";
import { createEventBus } from "../support/events.ts";
import { createRedactor } from "../support/redact.ts";
import type { OutputFlags } from "./flags.ts";
import { openSnapshots } from "./open-snapshots.ts";
import { cacheFolder, stateFolder } from "./paths.ts";
import { releaseTested } from "./release-tested.ts";
import { digestOf, writeReports } from "./reports.ts";
import type { RunRelease } from "./run-release.ts";
import type { Session } from "./session.ts";
import type { StopNotice } from "./stop-notice.ts";
import { subscribeOutput } from "./subscribe-output.ts";
import { sweepOthers } from "./sweep-others.ts";
import { tidyRuns } from "./tidy-runs.ts";

export interface ExecuteOptions {
  session: Session;
  plan: RunPlan;
  flags: OutputFlags & { fresh?: boolean; keep?: boolean };
  /** Carries out the plan's pushes. */
  push?: RunContext["push"];
  /** Uses services that outlive the run. */
  borrow?: RunContext["borrow"];
  /** Writes the build's cache, where the project keeps one. */
  pushCache?: RunContext["pushCache"];
  /** Carries out the plan's release. */
  release?: RunRelease | undefined;
  /** What says that the run stops. */
  notice?: StopNotice | undefined;
  signal: AbortSignal;
}

/** A run that was carried out and told; its things in the engine are still there until it is disposed. */
export interface ExecutedRun extends AsyncDisposable {
  run: string;
  exitCode: ExitCode;
  /** Writes down that the run is kept, and tells how to get in and how to end it. */
  keep(until: Date): Promise<void>;
  /** True while a shell of somebody else is in the run's network. */
  hasGuests(): Promise<boolean>;
}

/** Carries out a plan with everything around it: folder, logs, reports, journal, the sweep of what others left. */
export async function executeRun(options: ExecuteOptions): Promise<ExecutedRun> {
  const { session, plan, flags, signal } = options;
  requireSecrets(plan, session.missing);
  const run = createRunId(new Date());
  const now = () => performance.now();
  const folder = await createRunFolder({ project: plan.root, run });
  const bus = createEventBus<RunEvent>(now);
  const redactor = createRedactor([...session.secrets, ...(options.release?.secrets ?? [])]);
  const emit = (event: RunEvent) => bus.emit(redactor.value(event));
  const broken = new AbortController();
  const onError = (error: ToolError) => broken.abort(error);

  const events = createEventFile({ file: `${folder.path}/events.ndjson`, onError });
  const junit = createJunitReport();
  bus.subscribe(events.take);
  bus.subscribe(junit.take);
  const terminal = await subscribeOutput({
    surroundings: session.surroundings,
    flags,
    bus,
    notice: options.notice,
  });

  const state = stateFolder(session.surroundings.environment);
  // A home folder that cannot be written must not fail a run: nobody can look at it from outside then.
  const control = await openRunControl({ state, run, plan, folder: folder.path }).catch(() => undefined);
  const journal = await openJournal({
    folder: state,
    run,
    plan,
    engine: session.engine,
    known: { control: control?.path },
  });
  const swept = sweepOthers({ session, run, signal });
  // An engine that is away is the run's to tell.
  const snapshots = await openSnapshots({ session, fresh: flags.fresh === true, signal }).catch(
    () => undefined,
  );
  const logs = createLogs({ folder: folder.path, redactor, emit, onError });
  const applied = await applyRun(plan, {
    run,
    engine: session.engine,
    launcher: session.launcher,
    emit,
    logs,
    folder: folder.path,
    cacheFolder: cacheFolder(session.surroundings.environment),
    env: session.surroundings.environment.env,
    hide: (secret) => redactor.add(secret),
    redactor,
    keepsServices: flags.keep,
    snapshots,
    push: options.push,
    pushCache: options.pushCache,
    borrow: options.borrow,
    onParts: control?.onParts,
    source: session.source,
    now,
    signal,
    broken: broken.signal,
  });
  // The events were redacted on their way; what is written from the outcome itself is redacted here.
  const redacted = redactor.value({ ...applied.outcome, plan: planDigest(plan, redactor.text) });
  const tested = await writeReports({ folder, outcome: redacted, junit }).then(
    (written) => ({ outcome: written, unwritten: undefined }),
    (error: unknown) => ({ outcome: redacted, unwritten: error }),
  );
  const { outcome, unwritten, exitCode } = await releaseTested({
    ...options,
    ...tested,
    exitCode: applied.exitCode,
    folder,
    junit,
    emit,
    redactor,
    now,
  });
  const pruned = pruneSnapshots({ session, applied });
  const tidied = tidyRuns({ surroundings: session.surroundings, project: plan.root });
  await appendStepSummary(session.surroundings.environment.env[STEP_SUMMARY], outcome);
  emit({ type: "run-finished", outcome });
  // A run that is kept says so later.
  await events.flush();
  const executed: ExecutedRun = {
    run,
    exitCode,
    async keep(until) {
      control?.keep(until);
      await journal.update({ kind: "kept", keptUntil: until.toISOString() });
      emit({
        type: "run-kept",
        run,
        enter: `seatrial shell --run ${run}`,
        end: `seatrial down ${run}`,
        until: until.toTimeString().slice(0, 5),
      });
    },
    async hasGuests() {
      return (await session.engine.workloads.list(guestLabel(run), AbortSignal.timeout(10_000))).length > 0;
    },
    async [Symbol.asyncDispose]() {
      try {
        await control?.[Symbol.asyncDispose]();
        await Promise.all([applied[Symbol.asyncDispose](), swept, pruned, tidied]);
        await journal.close();
      } finally {
        await events.close();
        terminal.close();
      }
    },
  };
  const told = applied.outcome.problems.some((problem) => problem.code === "RESULTS_NOT_WRITABLE");
  if (unwritten === undefined || told) return executed;
  await executed[Symbol.asyncDispose]();
  throw unwritten;
}

const SNAPSHOT_LIMIT_BYTES = 5_000_000_000;

/** A run that took a snapshot makes room for it. A failure costs disk space, not the run. */
async function pruneSnapshots(options: { session: Session; applied: AppliedRun }): Promise<void> {
  const { session, applied } = options;
  if (!applied.outcome.services.some((service) => service.snapshot === "taken")) return;
  const store = createSnapshotStore({ engine: session.engine, usage: session.usage });
  await store.prune(SNAPSHOT_LIMIT_BYTES, AbortSignal.timeout(30_000)).catch(() => undefined);
}

/** Of what is built, tested and checked, without secrets and without the place where the project lies. */
function planDigest(plan: RunPlan, redact: (text: string) => string): Digest {
  const { push: _push, cache: _cache, releasing: _releasing, ...tested } = plan;
  return digestOf(redact(JSON.stringify(tested).replaceAll(plan.root, ".")));
}
