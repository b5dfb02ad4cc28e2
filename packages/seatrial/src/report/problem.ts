import type { Problem } from "../model/index.ts";
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
      : problem.hint.split("\n").map((line) => `  ${style.dim("hint:")} ${line}`)),
  ];
}
