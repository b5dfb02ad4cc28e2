import type { ProcessExit } from "../../agent/index.ts";
import type { CommandOutput } from "./capture.ts";

const FIRST_LINES = 20;
const LONGEST = 4_000;

/** `with exit code 2`, `by signal KILL`. */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal === null ? `with exit code ${code}` : `by signal ${signal}`;
}

/** The first lines of what a command wrote, its errors last; undefined when it wrote nothing. */
export function firstLines({ stdout, stderr }: CommandOutput): string | undefined {
  const parts = [stdout, stderr].map(beginning).filter((part) => part !== "");
  return parts.length === 0 ? undefined : parts.join("\n");
}

function beginning(text: string): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines.slice(0, FIRST_LINES).join("\n");
  if (shown.length > LONGEST) return `${shown.slice(0, LONGEST)}…`;
  return lines.length > FIRST_LINES ? `${shown}\n… ${lines.length - FIRST_LINES} more lines` : shown;
}
