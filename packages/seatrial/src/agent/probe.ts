import type { ProbeSpec } from "../model/index.ts";
import { withDeadline } from "../support/abort.ts";
import type { ProbeAnswer, ProbeOptions } from "./agent.ts";
import { askJson } from "./answer.ts";
import type { Connection } from "./connection.ts";
import { agentError } from "./errors.ts";
import { checkProbeAnswer } from "./payloads.ts";

/** Beyond the attempt's own time, for the answer to arrive. */
const GRACE_MS = 10_000;

/** Asks a service once. The agent keeps the attempt's time; an agent that does not is AGENT_PROTOCOL. */
export async function askProbe(
  connection: Connection,
  spec: ProbeSpec,
  options: ProbeOptions,
): Promise<ProbeAnswer> {
  const what = `probing ${spec.kind === "command" ? spec.argv.join(" ") : `${spec.kind} on port ${spec.port}`}`;
  const timeout = Math.round(
    spec.kind === "command" ? Math.min(spec.timeout, options.timeout) : options.timeout,
  );
  using deadline = withDeadline(options.signal, {
    ms: timeout + GRACE_MS,
    error: () =>
      agentError({
        code: "AGENT_PROTOCOL",
        message: `the agent of ${connection.label} gave no answer for ${timeout + GRACE_MS} ms while ${what}`,
      }),
  });
  const { host, env, user, workingDir } = options;
  return await askJson(connection, {
    method: "POST",
    path: "/v1/probe",
    what,
    json: spec.kind === "command" ? { ...spec, env, user, workingDir, timeout } : { ...spec, host, timeout },
    check: checkProbeAnswer,
    signal: deadline.signal,
  });
}
