import { withDeadline } from "../support/abort.ts";
import { type CommandResult, runCommand } from "../support/command.ts";
import { messageOf, type ToolError } from "../support/error.ts";
import type { Environment } from "./docker-config.ts";
import { registryError } from "./errors.ts";

/** What a helper knows of a registry. */
export interface HelperCredentials {
  username: string;
  secret: string;
}

const TIMEOUT_MS = 60_000;

/** Asks `docker-credential-<helper> get`; undefined when it holds nothing for the registry. Fails with CREDENTIALS_FAILED. */
export async function askCredentialHelper(options: {
  helper: string;
  /** The registry as the docker configuration names it. */
  server: string;
  environment: Environment;
  signal: AbortSignal;
}): Promise<HelperCredentials | undefined> {
  const program = `docker-credential-${options.helper}`;
  const failed = (why: string, details: { hint?: string; cause?: unknown } = {}): ToolError =>
    registryError({
      code: "CREDENTIALS_FAILED",
      message: `Credential helper ${program} failed for registry ${options.server}: ${why}.`,
      hint: details.hint ?? `Try it by hand: echo ${options.server} | ${program} get`,
      cause: details.cause,
    });
  using limit = withDeadline(options.signal, {
    ms: TIMEOUT_MS,
    error: () => failed(`it did not answer within ${TIMEOUT_MS / 1000} s`),
  });
  let result: CommandResult;
  try {
    result = await runCommand({
      argv: [program, "get"],
      env: options.environment,
      input: options.server,
      lifeline: true,
      signal: limit.signal,
    });
  } catch (cause) {
    if (limit.signal.aborted) throw cause;
    throw failed(messageOf(cause), {
      hint: `The docker configuration names this helper. Install ${program} on PATH, or remove it from credHelpers and credsStore.`,
      cause,
    });
  }
  if (result.code !== 0) {
    const said = firstLine(result.stdout) || firstLine(result.stderr);
    if (/credentials not found/i.test(said)) return undefined;
    throw failed(said || `it ended with ${result.signal ?? `code ${result.code}`}`);
  }
  const credentials = parse(result.stdout);
  // Its output holds the secret and is never shown.
  if (credentials === undefined) throw failed("its answer is not what the helper protocol asks for");
  return credentials;
}

function parse(output: string): HelperCredentials | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: unknown; Secret?: unknown };
    if (typeof Username === "string" && typeof Secret === "string")
      return { username: Username, secret: Secret };
  } catch {
    // Said by the caller, without the text.
  }
  return undefined;
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 300);
}
