import { readFile } from "node:fs/promises";
import { DatabaseError } from "pg";
import { isToolError, messageOf } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";
import { runToEnd } from "./container-process.ts";
import { openSession, serverWords, sqlState } from "./session.ts";

/** Runs a file of SQL, by the psql of the service's container. Fails with TEMPLATE_FAILED, naming file and line. */
export async function runSqlFile(options: {
  server: SpaceServer;
  /** The address, at loopback of the container. */
  env: Record<string, string>;
  file: string;
  signal: AbortSignal;
}): Promise<void> {
  const { file } = options;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw failed(file, messageOf(error), { cause: error });
  });
  const argv = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"];
  try {
    const { code, lines } = await runToEnd({ ...options, argv, input: [text] });
    if (code === 0) return;
    const { line, words } = firstError(lines);
    throw failed(line === undefined ? file : `${file}:${line}`, words, { lastLines: lines });
  } catch (error) {
    if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
  }
  await runWithoutPsql({ ...options, text });
}

function failed(place: string, words: string, more: { cause?: unknown; lastLines?: string[] }) {
  return spaceError({ code: "TEMPLATE_FAILED", message: `${place}: ${words}`, ...more });
}

/** What psql stopped at: `psql:<stdin>:12: ERROR:  relation "x" does not exist`. */
function firstError(lines: readonly string[]): { line?: number; words: string } {
  const told = lines.flatMap((line) => {
    const [, number, words = ""] = /^psql:<stdin>:(\d+): (.*)$/.exec(line) ?? [];
    return number === undefined || /^(NOTICE|WARNING|INFO|LOG|DEBUG)/.test(words)
      ? []
      : [{ line: Number(number), words }];
  });
  return told[0] ?? { words: lines.at(-1) ?? "psql failed without a word" };
}

/** The whole file as one message, as far as that goes: no commands of psql, no COPY from the file. */
async function runWithoutPsql(options: {
  server: SpaceServer;
  env: Record<string, string>;
  file: string;
  text: string;
  signal: AbortSignal;
}): Promise<void> {
  const { server, env, file, text, signal } = options;
  const login = { user: env["PGUSER"] ?? "", password: env["PGPASSWORD"], database: env["PGDATABASE"] ?? "" };
  await using session = await openSession(server, login, signal);
  try {
    await session.query(text);
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    const position = error instanceof DatabaseError ? error.position : undefined;
    const line = position === undefined ? "" : `:${text.slice(0, Number(position)).split("\n").length}`;
    throw failed(`${file}${line}`, serverWords(error), { cause: error });
  }
}
