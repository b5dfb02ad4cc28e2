import type { TestStatus } from "../../model/index.ts";
import { clipEnd } from "../text.ts";

const LOGGED = /^\s*\S+\.go:\d+: /;
/** Comes after the reason: the Go client says where the failed test's space is. */
const KEPT_SPACE = /: seatrial space open \S+$/;
const MOST_LINES = 12;
const LONGEST = 2000;

const MOST_NAMED = 3;

/** Why a test failed or was skipped: the last thing that it logged, with the lines that belong to it. */
export function messageOfOutput(test: {
  status: TestStatus;
  output: string;
  failedSubtests: readonly string[];
}): string | undefined {
  const { status, output, failedSubtests } = test;
  if (status === "passed") return undefined;
  const lines = output.split("\n");
  const at = lines.findLastIndex((line) => LOGGED.test(line) && !KEPT_SPACE.test(line));
  if (at < 0 && failedSubtests.length > 0) return subtestsText(failedSubtests);
  if (at < 0) return status === "skipped" ? undefined : "failed without a message";
  const first = lines[at] ?? "";
  const indent = first.search(/\S/);
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.search(/\S/) <= indent);
  const block = [first, ...rest.slice(0, end < 0 ? rest.length : end)].slice(0, MOST_LINES);
  return clipEnd(
    block
      .map((line) => line.slice(indent))
      .join("\n")
      .trimEnd(),
    LONGEST,
  );
}

function subtestsText(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `failed in ${names.slice(0, MOST_NAMED).join(", ")}${more}`;
}
