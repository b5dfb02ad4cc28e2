import type { Agent, ProbeAnswer } from "../agent/index.ts";
import { formatDuration, type ProbeSpec, type ReadinessSpec } from "../model/index.ts";
import { pause, withDeadline } from "../support/abort.ts";
import { serviceError } from "./errors.ts";

export interface ReadinessOptions {
  service: string;
  readiness: ReadinessSpec;
  agent: Agent;
  /** For command probes: the service's own process settings. */
  process: { env: Record<string, string>; user?: string | undefined; workingDir?: string | undefined };
  /** How many ready answers of the same server instance in a row are needed. Default 1. */
  confirmations?: number | undefined;
  onNote: (note: string) => void;
  lastLines: () => string[];
  /** Where its settings are in the configuration. Default: `services.<name>`. */
  settings?: string | undefined;
  /** What to say at the deadline. Default: speaks of the service, and of where its deadline is set. */
  notReady?: ((saw: string) => { message: string; hint?: string | undefined }) | undefined;
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 200;
const ATTEMPT_MS = 5_000;

/** Resolves when every probe is answered. Fails with SERVICE_NOT_READY at the deadline, saying what was seen last. */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const { readiness, service } = options;
  let last = "nothing yet";
  using deadline = withDeadline(options.signal, {
    ms: readiness.deadline,
    error: () =>
      serviceError({
        code: "SERVICE_NOT_READY",
        message: `Service ${service} was not ready after ${formatDuration(readiness.deadline)}: ${last}.`,
        hint: hintFor(last, options),
        ...options.notReady?.(last),
        lastLines: options.lastLines(),
      }),
  });
  for (const probe of readiness.probes) {
    last = `${describeProbe(probe)}: no answer`;
    await untilAnswered(probe, { ...options, signal: deadline.signal }, (saw) => {
      const seen = `${describeProbe(probe)}: ${saw}`;
      if (seen !== last) options.onNote(`waiting for ${seen}`);
      last = seen;
    });
  }
}

/** A server that answers "not found" to the end does not need longer. */
function hintFor(last: string, { settings, service }: ReadinessOptions): string {
  const place = settings ?? `services.${service}`;
  if (/^https? .*: HTTP 4\d\d\b/.test(last))
    return `The server answers, and refuses: set ${place}.ready to a path that it answers with 2xx or 3xx, as in http://:8000/healthz.`;
  return `If it needs longer, set ${place}.deadline in seatrial.yaml.`;
}

async function untilAnswered(
  probe: ProbeSpec,
  options: ReadinessOptions,
  onWaiting: (saw: string) => void,
): Promise<void> {
  // A command tells no server from another: what it says is asked after the question that does.
  const needed = probe.kind === "command" ? 1 : (options.confirmations ?? 1);
  let confirmed = 0;
  let instance: string | undefined;
  let wait = FIRST_PAUSE_MS;
  while (true) {
    const answer = await ask(probe, options);
    if (!answer.ready) {
      onWaiting(answer.saw);
      confirmed = 0;
    } else {
      // A server that restarts between two answers was a bootstrap server.
      const restarted = instance !== undefined && answer.instance !== instance;
      confirmed = answer.instance === instance ? confirmed + 1 : 1;
      instance = answer.instance;
      if (confirmed >= needed) return;
      onWaiting(restarted ? "it answers, but has restarted since it did before" : "it has answered once");
      wait = FIRST_PAUSE_MS;
    }
    await pause(wait, options.signal);
    wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS);
  }
}

async function ask(probe: ProbeSpec, options: ReadinessOptions): Promise<ProbeAnswer> {
  const command = probe.kind === "command" ? options.process : {};
  const timeout = probe.kind === "command" ? probe.timeout : ATTEMPT_MS;
  return await options.agent.probe(probe, { timeout, ...command, signal: options.signal });
}

/** A probe in a few words: `postgres on port 5432`. */
export function describeProbe(probe: ProbeSpec): string {
  switch (probe.kind) {
    case "command":
      return `its health check (${probe.argv.join(" ").slice(0, 80)})`;
    case "http":
      return `${probe.scheme} ${probe.path} on port ${probe.port}`;
    case "tcp":
      return `port ${probe.port}`;
    default:
      return `${probe.kind} on port ${probe.port}`;
  }
}
