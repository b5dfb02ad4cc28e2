import type { Outcome, RunEvent } from "../model/index.ts";
import {
  appendStepSummary,
  createEventFile,
  createJunitReport,
  createRunFolder,
  STEP_SUMMARY,
} from "../report/index.ts";
import { createRunId } from "../run/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { createEventBus } from "../support/events.ts";
import { createRedactor } from "../support/redact.ts";
import type { OutputFlags } from "./flags.ts";
import { promoteImage, RELEASE_NODE, releaseFinished } from "./promote.ts";
import type { ReleaseSession } from "./release-session.ts";
import { writeReports } from "./reports.ts";
import type { StopNotice } from "./stop-notice.ts";
import { subscribeOutput } from "./subscribe-output.ts";

/** Carries out a release as a run of its own: a folder with events, receipt and outcome. */
export async function executeRelease(options: {
  session: ReleaseSession;
  flags: OutputFlags;
  notice?: StopNotice | undefined;
  signal: AbortSignal;
}): Promise<ExitCode> {
  const { session, flags, signal } = options;
  const { project, surroundings } = session;
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
  const terminal = await subscribeOutput({ surroundings, flags, bus, notice: options.notice });
  try {
    emit({ type: "run-started", run, project: project.name, folder: folder.path, nodes: [RELEASE_NODE] });
    for (const message of project.warnings) emit({ type: "warning", message });
    emit({ type: "node-started", node: RELEASE_NODE });
    const applied = await promoteImage({
      session,
      folder: folder.path,
      onNote: (note) => emit({ type: "node-progress", node: RELEASE_NODE, note }),
      now,
      signal: AbortSignal.any([signal, broken.signal]),
    });
    const { receipt, problems, warnings, exitCode } = applied;
    for (const message of warnings) emit({ type: "warning", message });
    emit(releaseFinished(applied, Math.round(now() - start)));
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
    await appendStepSummary(surroundings.environment.env[STEP_SUMMARY], written);
    emit({ type: "run-finished", outcome: written });
    await events.close();
    return exitCode;
  } finally {
    terminal.close();
  }
}
