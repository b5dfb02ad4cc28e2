import type { Problem } from "../model/index.ts";
import type { Warning } from "./state.ts";
import { printable, type Style } from "./style.ts";

/** A problem as lines for people: what, where, last lines, hint. */
export function formatProblem(problem: Problem, style: Style): string[] {
  const [first = "", ...rest] = printable(problem.message).split("\n");
  return [
    `${style.bad("✖")} ${style.bold(first)} ${style.dim(`[${problem.code}]`)}`,
    ...rest.map((line) => `  ${line}`),
    ...(problem.lastLines ?? []).map((line) => `  ${style.dim("│")} ${printable(line)}`),
    ...(problem.hint === undefined
      ? []
      : printable(problem.hint)
          .split("\n")
          .map((line) => `  ${style.dim("hint:")} ${line}`)),
  ];
}

/** A warning as lines for people. */
export function formatWarning({ message, hint }: Warning, style: Style): string[] {
  const text = hint === undefined ? message : `${message}\nhint: ${hint}`;
  const [first = "", ...rest] = printable(text).split("\n");
  return [`${style.warn("!")} ${first}`, ...rest.map((line) => `  ${line}`)];
}
