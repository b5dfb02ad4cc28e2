import type { NodeRef, Outcome, Problem, ReleaseReceipt, RunEvent } from "../model/index.ts";
import { type AppliedRelease, applyRelease, describeReceipt } from "../release/index.ts";
import { createEventFile, createJunitReport, createRunFolder } from "../report/index.ts";
import { createRunId } from "../run/index.ts";
import { EXIT, type ExitCode, isToolError } from "../support/error.ts";
import { createEventBus } from "../support/events.ts";
import { problemOf } from "../support/problem.ts";
import { createRedactor } from "../support/redact.ts";
import type { OutputFlags } from "./flags.ts";
import { pushHeld, type ReleaseImage } from "./release-image.ts";
import type { ReleaseSession } from "./release-session.ts";
import { writeReports } from "./reports.ts";
import { subscribeOutput } from "./subscribe-output.ts";

const NODE: NodeRef = { kind: "release", name: "release" };

/** Carries out a release as a run of its own: a folder with events, receipt and outcome. */
export async function executeRelease(options: {
  session: ReleaseSession;
  flags: OutputFlags;
  signal: AbortSignal;
}): Promise<ExitCode> {
  const { session, flags, signal } = options;
  const { project, surroundings, plan } = session;
  const now = () => performance.now();
  const [start, startedAt] = [now(), new Date().toISOString()];
  const run = createRunId(new Date());
  const folder = await createRunFolder({ project: project.root, run });
  const bus = createEventBus<RunEvent>(now);
  const redactor = createRedactor(session.secrets);
  const emit = (event: RunEvent) => bus.emit(redactor.value(event));
  const broken = new AbortController();
  const events = createEventFile({
    file: `${folder.path}/events.ndjson`,
    onError: (error) => broken.abort(error),
  });
  const junit = createJunitReport();
  bus.subscribe(events.take);
  bus.subscribe(junit.take);
  const terminal = await subscribeOutput({ surroundings, flags, bus });
  try {
    emit({ type: "run-started", run, project: project.name, folder: folder.path, nodes: [NODE] });
    for (const message of project.warnings) emit({ type: "warning", message });
    emit({ type: "node-started", node: NODE });
    const applied = await releaseImage({
      session,
      folder: folder.path,
      onNote: (note) => emit({ type: "node-progress", node: NODE, note }),
      now,
      signal: AbortSignal.any([signal, broken.signal]),
    });
    const { receipt, problems, warnings, exitCode } = applied;
    for (const message of warnings) emit({ type: "warning", message });
    emit(finished(applied, Math.round(now() - start)));
    if (receipt !== undefined)
      await folder.write("release.json", `${JSON.stringify(redactor.value(receipt), undefined, 2)}\n`);
    const outcome: Outcome = {
      version: 1,
      run,
      project: project.name,
      status: exitCode === EXIT.ok ? "passed" : exitCode === EXIT.stopped ? "stopped" : "failed",
      startedAt,
      duration: Math.round(now() - start),
      engine: { name: "", version: "", platform: "" },
      source: session.source,
      images: [],
      services: [],
      suites: [],
      release: project.config.image.release,
      receipt,
      problems,
      warnings: [...project.warnings, ...warnings],
    };
    const written = await writeReports({ folder, outcome: redactor.value(outcome), junit });
    emit({ type: "run-finished", outcome: written });
    await events.close();
    return exitCode;
  } finally {
    terminal.close();
  }

  function finished({ receipt, problems, exitCode }: Ended, duration: number): RunEvent {
    const state = exitCode === EXIT.ok ? "passed" : exitCode === EXIT.stopped ? "stopped" : "failed";
    const said = receipt === undefined ? undefined : describeReceipt(receipt);
    const note =
      state === "passed" ? said?.note : problems.length > 1 ? `refused: ${problems.length} reasons` : state;
    return {
      type: "node-finished",
      node: NODE,
      state,
      duration,
      note,
      detail: said?.detail,
      problem: problems[0],
    };
  }

  async function releaseImage(given: {
    session: ReleaseSession;
    folder: string;
    onNote: (note: string) => void;
    now: () => number;
    signal: AbortSignal;
  }): Promise<Ended> {
    const { chosen, signing, source } = session;
    let image: ReleaseImage;
    try {
      image = chosen.kind === "pushed" ? chosen : await pushHeld({ ...session, ...given, held: chosen });
    } catch (error) {
      return failed(error, given.signal);
    }
    return await applyRelease({
      ...session,
      ...given,
      ...image,
      project: project.name,
      plan,
      source: { now: source, built: image.built },
      pushed: chosen.kind === "held",
      signing: signing && { ...signing, folder: given.folder },
    });
  }
}

/** As `AppliedRelease`; without a receipt where nothing was begun. */
type Ended = Omit<AppliedRelease, "receipt"> & { receipt?: ReleaseReceipt | undefined };

function failed(error: unknown, signal: AbortSignal): Ended {
  const problems: Problem[] = [problemOf(error, NODE.name)];
  const exitCode = signal.aborted ? EXIT.stopped : isToolError(error) ? error.exitCode : EXIT.bug;
  return { problems, warnings: [], exitCode };
}
