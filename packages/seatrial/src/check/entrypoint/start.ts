import type { AgentProcess, ProcessExit } from "../../agent/index.ts";
import type { EntrypointSettings } from "../../config/index.ts";
import type { Log } from "../../model/index.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { imageProcess } from "../container/command.ts";
import type { CheckContainer } from "../container/container.ts";

/** The image's own process. */
export interface StartedEntrypoint {
  readonly process: AgentProcess;
  /** Resolves when it has ended and its output is in the log. */
  readonly ended: Promise<ProcessExit>;
}

/** Starts the image as it is, or says why it cannot be started. */
export async function startEntrypoint(options: {
  container: CheckContainer;
  settings: EntrypointSettings;
  log: Log;
  signal: AbortSignal;
}): Promise<StartedEntrypoint | { refused: string }> {
  const { container, settings, log, signal } = options;
  const { image, agent } = container;
  const argv = [...image.entrypoint, ...(settings.command ?? image.command)];
  if (argv.length === 0) return { refused: "The image names neither an entrypoint nor a command." };
  try {
    const process = await agent.run(imageProcess(image, argv, { env: settings.env }), signal);
    const ended = follow(process, log);
    // Whoever waits for it handles it; nobody may be waiting yet.
    ended.catch(() => undefined);
    return { process, ended };
  } catch (error) {
    signal.throwIfAborted();
    if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
    return { refused: `It cannot be started: ${messageOf(error).replace(/^running .*? failed: /, "")}.` };
  }
}

async function follow(process: AgentProcess, log: Log): Promise<ProcessExit> {
  for await (const { stream, data } of process.output) await log.write(stream, data);
  return await process.exit;
}
