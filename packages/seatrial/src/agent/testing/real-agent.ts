import { type ChildProcess, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Agent } from "../agent.ts";
import { createAgentLog } from "../agent-log.ts";
import { agentBinary } from "../binary.ts";
import { connect } from "../connect.ts";

export interface RealAgent extends AsyncDisposable {
  readonly agent: Agent;
  readonly child: ChildProcess;
  /** Resolves with the exit code or signal of the agent. */
  readonly ended: Promise<number | string | null>;
}

/** Builds the agent from its source when that has changed. */
export async function buildRealAgent(): Promise<void> {
  const root = fileURLToPath(new URL("../../../../../", import.meta.url));
  const { buildAgent } = await import(`${root}scripts/build-agent.mjs`);
  buildAgent(root);
}

/** The agent's program as a child of this process, without a container. */
export async function startRealAgent(): Promise<RealAgent> {
  const child = spawn(
    await agentBinary(`linux/${process.arch === "x64" ? "amd64" : process.arch}`),
    ["serve"],
    {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] },
    },
  );
  const log = createAgentLog();
  child.stderr.on("data", log.write);
  const ended = new Promise<number | string | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const agent = connect(stream, { label: "the real agent", agentLog: log.lines });
  return {
    agent,
    child,
    ended,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await ended;
    },
  };
}
