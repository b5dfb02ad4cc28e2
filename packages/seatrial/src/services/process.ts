import type { Agent, AgentProcess, ProcessExit, ProcessSpec } from "../agent/index.ts";
import type { ImageConfig, Log, ServiceSpec } from "../model/index.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { serviceError } from "./errors.ts";

/** The service's own process inside its container, its output kept in the log from the first byte. */
export interface ServiceProcess {
  readonly process: AgentProcess;
  /** Resolves when the process has ended and its output is in the log. */
  readonly ended: Promise<ProcessExit>;
}

/** Starts the service's entrypoint and command as the agent's child. Fails with SERVICE_NOT_STARTED when that cannot be run. */
export async function startProcess(options: {
  service: string;
  agent: Agent;
  spec: ProcessSpec;
  log: Log;
  signal: AbortSignal;
}): Promise<ServiceProcess> {
  if (options.spec.argv.length === 0) throw nothingToRun(options.service);
  const process = await options.agent.run(options.spec, options.signal).catch((error: unknown) => {
    throw isToolError(error, "PROCESS_NOT_STARTED") ? notStarted(options.service, error) : error;
  });
  const ended = follow(process, options.log);
  // Whoever waits for it handles it; nobody may be waiting yet.
  ended.catch(() => undefined);
  return { process, ended };
}

function notStarted(service: string, cause: Error): Error {
  return serviceError({
    code: "SERVICE_NOT_STARTED",
    // The agent's own words say already that something cannot be started.
    message: `Service ${service}: ${messageOf(cause.cause ?? cause)}.`,
    hint: "Check its command, entrypoint, user and working_dir in the Compose file against what is in its image.",
    cause,
  });
}

function nothingToRun(service: string): Error {
  return serviceError({
    code: "SERVICE_NOT_STARTED",
    message: `Service ${service} could not be started: its image names neither an entrypoint nor a command.`,
    hint: "Give it a command in the Compose file.",
  });
}

async function follow(process: AgentProcess, log: Log): Promise<ProcessExit> {
  for await (const chunk of process.output) await log.write(chunk.stream, chunk.data);
  return await process.exit;
}

/** What the engine would run: the image's settings with the service's own over them, as Compose combines them. */
export function processSpecOf(service: ServiceSpec, image: ImageConfig): ProcessSpec {
  const entrypoint = service.entrypoint ?? image.entrypoint;
  // As in Docker: an entrypoint of one's own does away with the image's command.
  const command = service.command ?? (service.entrypoint === undefined ? image.command : []);
  return {
    argv: [...entrypoint, ...command],
    env: service.env,
    workingDir: service.workingDir ?? (image.workingDir === "" ? "/" : image.workingDir),
    user: service.user ?? (image.user === "" ? undefined : image.user),
    groupAdd: service.security.groupAdd,
  };
}
