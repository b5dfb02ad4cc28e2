import { StringDecoder } from "node:string_decoder";

/** How many lines are kept, and how much of each. */
const LINES = 50;
const LINE_LENGTH = 2_000;

/** The last lines of what an agent wrote to stderr. */
export interface AgentLog {
  write(chunk: Buffer): void;
  lines(): string[];
}

/** Keeps the last 50 lines, the unfinished one included. */
export function createAgentLog(): AgentLog {
  const decoder = new StringDecoder("utf8");
  const done: string[] = [];
  let unfinished = "";
  return {
    write(chunk) {
      const parts = (unfinished + decoder.write(chunk)).split(/\r?\n/);
      unfinished = (parts.pop() ?? "").slice(0, LINE_LENGTH);
      done.push(...parts.map((line) => line.slice(0, LINE_LENGTH)));
      done.splice(0, done.length - LINES);
    },
    lines: () => (unfinished === "" ? [...done] : [...done, unfinished]),
  };
}
