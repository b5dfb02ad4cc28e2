import type { AgentProcess } from "../../agent/index.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import type { SpaceServer } from "../maker.ts";
import type { Login } from "./login.ts";
import type { Mongo } from "./mongo.ts";

export interface FileOptions {
  server: SpaceServer;
  mongo: Mongo;
  login: Login | undefined;
  /** The template. */
  database: string;
  /** On the host. */
  file: string;
  signal: AbortSignal;
}

const SHELLS = ["mongosh", "mongo"];
const SAID = 8_000;
const LAST_LINES = 20;

/** Runs a script on the template with the shell of the server's image. */
export async function runScript(
  options: FileOptions & {
    script: string;
    fail: (what: string, cause?: unknown, lastLines?: string[]) => ToolError;
  },
): Promise<void> {
  const { server, login, database, script, fail, signal } = options;
  const account =
    login === undefined ? "" : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`;
  const address = `mongodb://${account}127.0.0.1:${server.port}/${database}?authSource=admin&directConnection=true`;
  const path = `/tmp/${database}.js`;
  const put = (content: string) => server.writeFile({ path, content, mode: 0o600 }, signal);
  // The address holds a password: in a file rather than among the arguments, where every process sees it.
  await put(`db = connect(${JSON.stringify(address)});\n${script}`);
  try {
    const process = await start({ ...options, path });
    let said = "";
    for await (const { data } of process.output) said = (said + data.toString()).slice(-SAID);
    const { code, signal: killedBy } = await process.exit;
    signal.throwIfAborted();
    if (code === 0) return;
    throw fail(
      `the shell ended with ${code ?? killedBy}`,
      undefined,
      said.trimEnd().split("\n").slice(-LAST_LINES),
    );
  } finally {
    await put("");
  }
}

async function start(options: Parameters<typeof runScript>[0] & { path: string }): Promise<AgentProcess> {
  const { server, path, fail, signal } = options;
  let missing: unknown;
  for (const shell of SHELLS) {
    try {
      return await server.run(
        { argv: [shell, "--nodb", "--quiet", path], user: "0", mergeOutput: true },
        signal,
      );
    } catch (error) {
      if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
      missing = error;
    }
  }
  throw fail(`the image has neither ${SHELLS.join(" nor ")}: ${messageOf(missing)}`, missing);
}
