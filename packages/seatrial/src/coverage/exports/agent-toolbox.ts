import { type Agent, placeFiles, readText } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import type { Toolbox } from "./toolbox.ts";

/** The tools of an agent's container. Programs run as `user`; the agent's own when it is not given. */
export function agentToolbox(agent: Agent, user?: string): Toolbox {
  return {
    async put(files, signal) {
      const placing = { subject: "a language's tool", files, agent, signal };
      await placeFiles({ ...placing, onNote: () => undefined });
    },
    async run(argv, { env, cwd, signal }) {
      const spec = { argv: [...argv], env, workingDir: cwd, user };
      const started = await undefinedFor("PROCESS_NOT_STARTED", agent.run(spec, signal));
      if (started === undefined) return undefined;
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      for await (const { stream, data } of started.output) chunks[stream].push(data);
      const { code } = await started.exit;
      return {
        code,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      };
    },
    async read(path, signal) {
      const text = await undefinedFor("FILE_NOT_FOUND", readText(agent.files, path, signal));
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
}

async function undefinedFor<Value>(code: string, promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isToolError(error, code)) return undefined;
    throw error;
  }
}
