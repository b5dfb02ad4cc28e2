import { type Engine, engineError } from "../engine/index.ts";
import { formatDuration } from "../model/index.ts";
import { pause, withDeadline } from "../support/abort.ts";
import { ToolError } from "../support/error.ts";

/** An engine beside a job makes its certificates and begins to listen only after the job has begun. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Opens an engine that may still be starting, and returns it once it answers. Says what it waits for. Fails at once with what waiting
 * does not mend, and after a minute with what the last try saw.
 */
export async function awaitEngine(options: {
  open: () => Promise<Engine>;
  mayBeStarting: (error: unknown) => error is ToolError;
  say: (line: string) => void;
  signal: AbortSignal;
  /** Milliseconds. Default: a minute. */
  limit?: number;
}): Promise<Engine> {
  const { open, mayBeStarting, say, limit = LIMIT_MS } = options;
  let seen = "";
  let latest: ToolError | undefined;
  using deadline = withDeadline(options.signal, { ms: limit, error: () => tooLate(latest, limit) });
  const { signal } = deadline;
  for (;;) {
    try {
      return await answering(open, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayBeStarting(error)) throw error;
      latest = error;
    }
    if (latest.message !== seen)
      say(`waiting for the engine, ${formatDuration(limit)} at most: ${latest.message}`);
    seen = latest.message;
    await pause(PAUSE_MS, signal);
  }
}

async function answering(open: () => Promise<Engine>, signal: AbortSignal): Promise<Engine> {
  const engine = await open();
  try {
    await engine.capabilities(signal);
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

function tooLate(latest: ToolError | undefined, limit: number): ToolError {
  const waited = formatDuration(limit);
  if (latest === undefined)
    return engineError({
      code: "ENGINE_UNREACHABLE",
      message: `The engine did not answer within ${waited}.`,
    });
  const { code, hint, cause, exitCode } = latest;
  return new ToolError({
    code,
    message: `${latest.message} It was waited for ${waited}.`,
    hint,
    cause,
    exitCode,
  });
}
