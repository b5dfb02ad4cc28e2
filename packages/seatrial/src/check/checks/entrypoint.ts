import type { EntrypointSettings } from "../../config/index.ts";
import { formatDuration } from "../../model/index.ts";
import { describeProbe } from "../../services/index.ts";
import { orAborted } from "../../support/abort.ts";
import type { CheckCase, DynamicCheck, DynamicSubject } from "../check.ts";
import { openContainer } from "../container/container.ts";
import { tailOf } from "../container/tail-log.ts";
import { SETTLED_MS, whyNoAnswer } from "../entrypoint/answer.ts";
import { whyWrongEnd } from "../entrypoint/end.ts";
import { probesOf } from "../entrypoint/probes.ts";
import { startEntrypoint } from "../entrypoint/start.ts";
import { stopEntrypoint } from "../entrypoint/stop.ts";

const LAST_LINES = 20;

/** The release image starts as it is, and answers. */
export const entrypoint: DynamicCheck = {
  name: "entrypoint",
  kind: "dynamic",
  explain: [
    "Starts the release image as it is, with its own entrypoint, command, user and working directory, in the run's network, once the services that it needs are ready,",
    `and waits until it answers: as \`ready\` says, else at its first port. What has neither must still run after ${SETTLED_MS / 1000} seconds; with \`exit\` it must end with that code.`,
    "Then it is sent its stop signal; a server that has to be killed passes with a warning. Without a section `entrypoint` nothing is started: an image may need settings that",
    "only the project knows. A suite's `app` proves as much.",
  ].join(" "),
  asked: ({ entrypoint: settings }) => (settings === undefined ? undefined : claimOf(settings)),
  async run(subject) {
    const { plan, context, report } = subject;
    if (plan.entrypoint === undefined) return;
    const start = context.now();
    const result = await tryEntrypoint(plan.entrypoint, subject);
    report({ duration: Math.round(context.now() - start), ...result, name: claimOf(plan.entrypoint) });
  },
};

function claimOf({ exit }: EntrypointSettings): string {
  return exit === undefined ? "starts and answers" : `ends with exit code ${exit}`;
}

type Result = Omit<CheckCase, "name">;

async function tryEntrypoint(settings: EntrypointSettings, subject: DynamicSubject): Promise<Result> {
  const { context, signal } = subject;
  const needed = context.ready(settings.needs);
  // Whoever waits for it below hears of it.
  needed.catch(() => undefined);
  await using container = await openContainer({ context, part: "entrypoint", network: true, signal });
  await orAborted(needed, signal);
  const log = tailOf(context.log);
  const failed = (message: string): Result => {
    const lines = log.lastLines(LAST_LINES);
    const output = lines.length === 0 ? undefined : lines.join("\n");
    return {
      status: "failed",
      message: output === undefined ? `${message}\nIt printed nothing.` : message,
      output,
    };
  };
  const start = context.now();
  const started = await startEntrypoint({ container, settings, log, signal });
  if ("refused" in started) return { status: "failed", message: started.refused };
  if (settings.exit !== undefined) {
    const problem = await whyWrongEnd(started, { ...settings, code: settings.exit, signal });
    return problem === undefined ? { status: "passed" } : failed(problem);
  }
  const probes = probesOf(settings, container.image);
  const problem = await whyNoAnswer(started, {
    container,
    readiness: { probes, deadline: settings.deadline },
    env: settings.env,
    onNote: context.note,
    signal,
  });
  if (problem !== undefined) return failed(problem);
  const duration = Math.round(context.now() - start);
  const [probe] = probes;
  const seen =
    probe === undefined
      ? `It still ran after ${formatDuration(SETTLED_MS)}.`
      : `${describeProbe(probe)} answered after ${formatDuration(duration)}.`;
  const stopped = await stopEntrypoint(started, { image: container.image, now: context.now, signal });
  return { status: "passed", duration, output: `${seen}\n${stopped}` };
}
