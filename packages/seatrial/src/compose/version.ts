import { runCompose } from "./command.ts";
import { readStderr } from "./diagnosis.ts";
import { composeError } from "./errors.ts";

const DEADLINE = 10_000;

/** The version of the Compose plugin, such as `2.40.3`. Fails with COMPOSE_MISSING, COMPOSE_FAILED or COMPOSE_TIMED_OUT. */
export async function readComposeVersion(options: {
  environment: Record<string, string | undefined>;
  signal: AbortSignal;
}): Promise<string> {
  const { code, stdout, stderr } = await runCompose({
    args: ["version", "--short"],
    workingDir: "/",
    env: options.environment,
    deadline: DEADLINE,
    signal: options.signal,
  });
  if (code === 0) return stdout.trim().replace(/^v/, "");
  throw composeError({
    code: "COMPOSE_FAILED",
    message: `\`docker compose version\` ended with ${code}: ${readStderr(stderr).failure}`,
    hint: "Install the Compose plugin anew.",
  });
}
