import { withDeadline } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";

const PLUGIN = "rabbitmq_management";
const ENABLE_MS = 60_000;
const LINES = 10;

/** Has the running server start its management plugin. Fails with SPACE_NOT_MADE and what the command said. */
export async function enableManagement(server: SpaceServer, parent: AbortSignal): Promise<void> {
  const argv = ["rabbitmq-plugins", "enable", PLUGIN];
  using limited = withDeadline(parent, {
    ms: ENABLE_MS,
    error: () => refusal({ server, saw: `\`${argv.join(" ")}\` did not end within ${ENABLE_MS / 1000} s` }),
  });
  let text = "";
  let saw: string | undefined;
  let cause: unknown;
  try {
    const running = await server.run({ argv, mergeOutput: true }, limited.signal);
    for await (const { data } of running.output) text += data.toString();
    const { code, signal } = await running.exit;
    if (code !== 0) saw = `\`${argv.join(" ")}\` ended with ${code ?? signal}`;
  } catch (error) {
    limited.signal.throwIfAborted();
    cause = error;
    saw = `\`${argv.join(" ")}\` could not be run in its container`;
  }
  if (saw !== undefined)
    throw refusal({ server, saw, cause, lastLines: text.trim().split("\n").slice(-LINES) });
}

function refusal(seen: { server: SpaceServer; saw: string; cause?: unknown; lastLines?: string[] }) {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${seen.server.service}: its management plugin is off, and ${seen.saw}`,
    hint: "use an image with the plugin, such as rabbitmq:4-management, or enable rabbitmq_management in it",
    cause: seen.cause,
    lastLines: seen.lastLines,
  });
}
