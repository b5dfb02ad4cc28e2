import { orAborted } from "../../support/abort.ts";
import type { ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";

export type MemoryCallName = "open" | "make" | "reset" | "vacate" | "drop" | "list" | "label" | "size";

/** One call to the kind in memory; `name` is the space's, or the definition's when it is opened. */
export interface MemoryCall {
  call: MemoryCallName;
  name: string;
}

export type MemoryFault =
  /** Fails, before or after its work is done. Default: SPACE_NOT_MADE, before. */
  | { kind: "fail"; error?: Error; after?: boolean }
  /** The server is gone. */
  | { kind: "lost" }
  /** Nothing happens until the signal aborts. */
  | { kind: "hang" }
  /** Nothing happens until the promise resolves, and the signal is not looked at: the work is done late. */
  | { kind: "deaf"; until: Promise<unknown> }
  /** Done when the promise resolves. */
  | { kind: "slow"; until: Promise<unknown> }
  /** `reset` says that it is not safe. */
  | { kind: "unsafe" };

/** Does the work of a call as the fault has it. */
export async function carryOut<T>(options: {
  at: MemoryCall;
  fault: MemoryFault | undefined;
  work: () => T;
  signal: AbortSignal;
}): Promise<T> {
  const { at, fault, work, signal } = options;
  signal.throwIfAborted();
  switch (fault?.kind) {
    case "fail":
      if (fault.after) work();
      throw fault.error ?? refused(at);
    case "lost":
      throw spaceError({ code: "SPACE_SERVER_LOST", message: `the server is gone: ${at.call} ${at.name}` });
    case "hang":
      return await orAborted(new Promise<never>(() => undefined), signal);
    case "deaf":
      await fault.until;
      break;
    case "slow":
      await orAborted(fault.until, signal);
      break;
    default:
      await Promise.resolve();
  }
  return work();
}

function refused({ call, name }: MemoryCall): ToolError {
  return spaceError({ code: "SPACE_NOT_MADE", message: `the server refuses: ${call} ${name}` });
}
