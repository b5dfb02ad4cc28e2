import { type Agent, type AgentProcess, placeFiles, readText } from "../../agent/index.ts";
import { formatBytes } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { coverageError } from "../errors.ts";
import type { Toolbox } from "./toolbox.ts";

/** Texts become strings here, which are never longer than 2^29 - 24 characters. */
const MOST_BYTES = 500_000_000;

/**
 * The tools of an agent's container. Programs run as the agent's user. Fails with COVERAGE_TOOL_FAILED where a program writes more than
 * `most` bytes, or a file has more. Default: 500 MB.
 */
export function agentToolbox(agent: Agent, { most = MOST_BYTES }: { most?: number } = {}): Toolbox {
  return {
    async put(files, signal) {
      const placing = { subject: "a language's tool", files, agent, signal };
      await placeFiles({ ...placing, onNote: () => undefined });
    },
    async run(argv, { env, cwd, signal }) {
      const spec = { argv: [...argv], env, workingDir: cwd };
      const started = await undefinedFor("PROCESS_NOT_STARTED", agent.run(spec, signal));
      if (started === undefined) return undefined;
      const written = await outputOf(started, most);
      if (written === undefined) throw tooMuch(argv[0] ?? "", most);
      const { code } = await started.exit;
      return { code, stdout: written.stdout, stderr: written.stderr };
    },
    async read(path, signal) {
      const details = await agent.files.stat(path, signal);
      if (details === undefined) return undefined;
      if (details.size > most) throw tooMuch(path, most);
      const text = await undefinedFor("FILE_NOT_FOUND", readText(agent.files, path, signal));
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
}

/** All that a program writes; undefined where that is more than `most` bytes: it is killed then. */
async function outputOf(
  started: AgentProcess,
  most: number,
): Promise<{ stdout: string; stderr: string } | undefined> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for await (const { stream, data } of started.output) {
    bytes += data.length;
    if (bytes > most) {
      await started.signal("KILL");
      return undefined;
    }
    chunks[stream].push(data);
  }
  return {
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  };
}

function tooMuch(what: string, most: number) {
  return coverageError({
    code: "COVERAGE_TOOL_FAILED",
    message: `${what} has more to say than the ${formatBytes(most)} that can be read at once`,
    hint: "Measure less: programs that were built with coverage of the project's own code only, and no more binaries than ran.",
  });
}

async function undefinedFor<Value>(code: string, promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isToolError(error, code)) return undefined;
    throw error;
  }
}
