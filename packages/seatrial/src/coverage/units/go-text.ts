import type { FileCoverage, Profile, StatementCoverage } from "../data.ts";
import { coverageError } from "../errors.ts";
import { mostLinesOf } from "../line-budget.ts";
import { compareRanges } from "../order.ts";

const LINE = /^(.+):(\d{1,9})\.(\d{1,9}),(\d{1,9})\.(\d{1,9}) (\d{1,9}) (\d{1,15})$/;

/** Reads what `go test -coverprofile` and `go tool covdata textfmt` write; several of them in one file too. Fails with COVERAGE_PROFILE_INVALID. */
export function parseGoText(text: string): Profile {
  const files = new Map<string, FileCoverage<number>>();
  let at = 0;
  let count = 0;
  let lines = 0;
  for (const raw of text.split("\n")) {
    at += 1;
    const line = raw.trimEnd();
    if (line === "" || line.startsWith("mode:")) continue;
    const match = LINE.exec(line);
    if (match === null) throw invalid(at, "is not of the form file:line.column,line.column statements count");
    const path = match[1] ?? "";
    const file = files.get(path) ?? { path, statements: [], lines: [], branches: [], functions: [] };
    files.set(path, file);
    const found = statement(match);
    file.statements.push(found);
    count += 1;
    lines += 1 + Math.max(found.endLine - found.startLine, 0);
    if (lines > mostLinesOf(count)) throw invalid(at, `makes ${lines} lines of ${count} blocks`);
  }
  for (const { statements } of files.values()) statements.sort(compareRanges);
  return { files: [...files.values()] };
}

function invalid(line: number, what: string) {
  return coverageError({
    code: "COVERAGE_PROFILE_INVALID",
    message: `Line ${line} of a Go coverage profile ${what}.`,
    hint: "It may be cut off or damaged: let `go test` or `go tool covdata` write it again.",
  });
}

function statement(match: RegExpExecArray): StatementCoverage<number> {
  const number = (group: number) => Number(match[group]);
  return {
    startLine: number(2),
    startColumn: number(3),
    endLine: number(4),
    endColumn: number(5),
    weight: number(6),
    hits: number(7),
  };
}
