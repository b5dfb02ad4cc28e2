import { createReadStream } from "node:fs";
import type { AgentProcess } from "../../agent/index.ts";
import type { SpaceValues } from "../../model/index.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { clientOf } from "./address.ts";

/** So much of what the client says is kept. */
const SAID = 8_000;
const LAST_LINES = 20;

/** Runs an SQL file through the server's own client, which knows `DELIMITER` and `source`. Fails with TEMPLATE_FAILED at the first error. */
export async function runFile(options: {
  server: SpaceServer;
  /** The template, with the administrator as its user. */
  values: SpaceValues;
  file: string;
  signal: AbortSignal;
}): Promise<void> {
  const { server, values, file, signal } = options;
  const { argv, env } = clientOf(values);
  const failed = (what: string, cause?: unknown, said = "") =>
    spaceError({
      code: "TEMPLATE_FAILED",
      message: `the template of ${server.service} could not be built from ${file}: ${what}`,
      cause,
      lastLines: said === "" ? undefined : said.trimEnd().split("\n").slice(-LAST_LINES),
    });
  const spec = {
    argv: [...argv, "--default-character-set=utf8mb4", "--comments", "--batch", "--skip-column-names"],
    env,
    stdin: true,
    mergeOutput: true,
  };
  const process = await server.run(spec, signal).catch((error: unknown) => {
    throw asMissingClient(error, { service: server.service, client: argv[0] ?? "" });
  });
  const feeding = feed(process, file);
  let said = "";
  for await (const { data } of process.output) said = (said + data.toString()).slice(-SAID);
  const { code, signal: killedBy } = await process.exit;
  signal.throwIfAborted();
  if (code !== 0) {
    const reason = said.match(/^ERROR .*$/gm)?.at(-1) ?? `the client ended with ${code ?? killedBy}`;
    throw failed(reason, undefined, said);
  }
  const error = await feeding;
  if (error !== undefined) throw failed(messageOf(error), error);
}

/** Gives the file to the client. Resolves with what kept it from doing so: a client that fails does not read on. */
async function feed(process: AgentProcess, file: string): Promise<unknown> {
  try {
    for await (const chunk of createReadStream(file)) await process.write(chunk as Buffer);
    await process.endInput();
    return undefined;
  } catch (error) {
    await process.signal("TERM").catch(() => undefined);
    return error;
  }
}

function asMissingClient(
  error: unknown,
  { service, client }: { service: string; client: string },
): ToolError {
  if (isToolError(error) && error.code !== "PROCESS_NOT_STARTED") return error;
  return spaceError({
    code: "TEMPLATE_FAILED",
    message: `SQL files need the program ${client} in the container of ${service}: ${messageOf(error)}`,
    hint: "use an image that has it, or build the template by a command: migrations: { command: [...] }",
    cause: error,
  });
}
