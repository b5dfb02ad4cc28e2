import { isToolError, messageOf } from "./error.ts";

/** A failure as data: what an error says, without its stack. */
export interface ProblemData {
  code: string;
  message: string;
  hint?: string | undefined;
  subject?: string | undefined;
  lastLines?: string[] | undefined;
}

const STACK_LINES = 7;

/** A failure as data. An error that is none of ours is a bug, and says so with its stack. */
export function problemOf(error: unknown, subject?: string): ProblemData {
  if (isToolError(error)) {
    const { code, message, hint, lastLines } = error;
    return { code, message, hint, subject, lastLines };
  }
  return {
    code: "BUG",
    message: `Seatrial itself failed: ${messageOf(error)}`,
    hint: "This is a bug in seatrial. Please report it with the events.ndjson of this run.",
    subject,
    lastLines: error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 1 + STACK_LINES) : undefined,
  };
}
