import { type Duration, formatDuration } from "../model/index.ts";
import { withDeadline } from "../support/abort.ts";
import type { AgentHello } from "./agent.ts";
import { askJson } from "./answer.ts";
import type { Connection } from "./connection.ts";
import { agentError } from "./errors.ts";
import { checkHello } from "./payloads.ts";

/** The major version of protocol/agent.md that is spoken here. */
export const PROTOCOL = 1;

const ANSWER_MS: Duration = 20_000;

export interface HelloOptions {
  signal: AbortSignal;
  /** For the answer. Default 20 s. */
  within?: Duration | undefined;
}

/** Asks who is there. Fails with AGENT_LOST when there is no answer in time, with AGENT_PROTOCOL for another major version. */
export async function sayHello(connection: Connection, options: HelloOptions): Promise<AgentHello> {
  const { within = ANSWER_MS } = options;
  using deadline = withDeadline(options.signal, {
    ms: within,
    error: () =>
      agentError({
        code: "AGENT_LOST",
        message: `the agent of ${connection.label} did not answer within ${formatDuration(within)}`,
        hint: "look at the engine's load: the container runs, but its first process says nothing",
        lastLines: connection.agentLog(),
      }),
  });
  const hello = await askJson(connection, {
    method: "GET",
    path: "/v1/hello",
    what: "saying hello",
    check: checkHello,
    signal: deadline.signal,
  });
  if (hello.protocol !== PROTOCOL) {
    throw agentError({
      code: "AGENT_PROTOCOL",
      message: `the agent of ${connection.label} (version ${hello.version}) speaks protocol ${hello.protocol}, not ${PROTOCOL}`,
      hint: "the agent's binary is not of this version of seatrial; install seatrial again",
    });
  }
  return hello;
}
