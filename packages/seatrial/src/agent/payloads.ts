import * as v from "valibot";
import type { AgentHello, FileDetails, ProbeAnswer, ProcessExit } from "./agent.ts";
import { agentError } from "./errors.ts";

// Unknown keys are let through and dropped: an agent of a later minor version may say more.
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const hello = v.object({
  protocol: v.pipe(v.number(), v.integer()),
  version: v.string(),
  platform: v.string(),
  hostname: v.string(),
  uid: count,
  addresses: v.array(v.string()),
});

const exit = v.object({
  code: v.nullable(v.pipe(v.number(), v.integer())),
  signal: v.nullable(v.string()),
  outOfMemory: v.boolean(),
  duration: v.pipe(v.number(), v.minValue(0)),
  maxMemoryBytes: count,
  cpu: v.pipe(v.number(), v.minValue(0)),
});

const file = v.object({
  path: v.string(),
  kind: v.picklist(["file", "folder", "link", "other"]),
  size: count,
  mode: count,
  uid: count,
  gid: count,
  go: v.optional(
    v.object({
      path: v.string(),
      module: v.string(),
      goVersion: v.string(),
      settings: v.record(v.string(), v.string()),
    }),
  ),
});

const probeAnswer = v.object({ ready: v.boolean(), saw: v.string(), instance: v.optional(v.string()) });
const started = v.object({ pid: count });
const stored = v.object({ files: count, bytes: count });
const relay = v.object({ id: v.string(), host: v.string(), port: count });
const failure = v.object({ code: v.string(), message: v.string() });

/** Turns what arrived into a value that is known to have the right shape, or fails with AGENT_PROTOCOL. */
export type Check<T> = (value: unknown) => T;

export const checkHello: Check<AgentHello> = checker("hello", hello);
export const checkExit: Check<ProcessExit> = checker("exit", exit);
export const checkFile: Check<FileDetails> = checker("file", file);
export const checkFiles: Check<FileDetails[]> = checker("list of files", v.array(file));
export const checkProbeAnswer: Check<ProbeAnswer> = checker("probe answer", probeAnswer);
export const checkStarted: Check<{ pid: number }> = checker("started", started);
export const checkStored: Check<{ files: number; bytes: number }> = checker("count of files", stored);
export const checkRelay: Check<{ id: string; host: string; port: number }> = checker("relay", relay);
export const checkFailure: Check<{ code: string; message: string }> = checker("error", failure);

/** Reads JSON and checks it. */
export function parseWith<T>(check: Check<T>, bytes: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw agentError({
      code: "AGENT_PROTOCOL",
      message: `the agent sent what is not JSON: ${JSON.stringify(bytes.toString("utf8", 0, 80))}`,
      cause,
    });
  }
  return check(value);
}

function checker<T>(name: string, schema: v.GenericSchema<unknown, T>): Check<T> {
  return (value) => {
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    const issue = result.issues[0];
    throw agentError({
      code: "AGENT_PROTOCOL",
      message: `the agent's ${name} has the wrong shape: ${v.getDotPath(issue) ?? "the value"}: ${issue.message}`,
      hint: "the agent and this program do not speak the same protocol; install seatrial again",
    });
  };
}
