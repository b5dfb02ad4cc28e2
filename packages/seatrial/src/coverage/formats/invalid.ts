import type { ToolError } from "../../support/error.ts";
import { coverageError } from "../errors.ts";

/** What makes a report unusable: its format, the place in it, and what is wrong there. */
export interface InvalidProfile {
  /** `lcov`, `Cobertura`, `coverage.py JSON`. */
  format: string;
  /** `line 12`, `files."app.py".executed_lines[3]`. */
  place: string;
  reason: string;
  cause?: unknown;
}

const LONGEST_TEXT = 120;

/** The error of every text reader. */
export function invalidProfile(options: InvalidProfile): ToolError {
  return coverageError({
    code: "COVERAGE_PROFILE_INVALID",
    message: `The ${options.format} report is broken at ${options.place}: ${options.reason}`,
    hint: "It may be cut off, or written by a tool of another format. Let the tool write it again.",
    cause: options.cause,
  });
}

/** A piece of a report as a message can carry it. */
export function shown(value: unknown): string {
  const text =
    typeof value === "string" ? JSON.stringify(value.slice(0, LONGEST_TEXT)) : String(typeof value);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
