import type { TestStatus } from "../../model/index.ts";
import { clipEnd } from "../text.ts";

/** One line of TAP. */
export type TapLine =
  | { kind: "version" }
  | { kind: "plan"; indent: number; count: number }
  | { kind: "point"; point: TapPoint }
  | { kind: "bail-out"; reason: string }
  | { kind: "subtest"; indent: number; name: string }
  | { kind: "yaml"; indent: number }
  | { kind: "comment" }
  | { kind: "other" };

export interface TapPoint {
  indent: number;
  number?: number | undefined;
  name: string;
  status: TestStatus;
  /** Of a skip or todo. */
  reason?: string | undefined;
}

const PLAN = /^( *)1\.\.(\d+)\s*(?:#.*)?$/;
const POINT = /^( *)(ok|not ok)(?=\s|$)(?:\s+(\d+))?(?:\s+-)?\s*(.*)$/;
const DIRECTIVE = /(?:^|\s)#\s*(skip|todo)(?:\S*)(?:\s+(.*))?$/i;
const SUBTEST = /^( *)# Subtest(?:: (.*)|)$/;
const LONGEST_NAME = 4096;

/** Says what a line is, without knowing the ones before it. */
export function parseTapLine(line: string): TapLine {
  if (/^TAP version \d+\s*$/.test(line)) return { kind: "version" };
  const plan = PLAN.exec(line);
  if (plan !== null) return { kind: "plan", indent: indentOf(plan), count: Number(plan[2]) };
  const point = POINT.exec(line);
  if (point !== null) return { kind: "point", point: pointOf(point) };
  const bail = /^ *Bail out!\s*(.*)$/i.exec(line);
  if (bail !== null) return { kind: "bail-out", reason: bail[1] ?? "" };
  const subtest = SUBTEST.exec(line);
  if (subtest !== null)
    return {
      kind: "subtest",
      indent: indentOf(subtest),
      name: clipEnd(subtest[2] ?? "subtest", LONGEST_NAME),
    };
  const yaml = /^( +)---\s*$/.exec(line);
  if (yaml !== null) return { kind: "yaml", indent: indentOf(yaml) };
  return /^ *#/.test(line) ? { kind: "comment" } : { kind: "other" };
}

function indentOf(match: RegExpExecArray): number {
  return match[1]?.length ?? 0;
}

function pointOf(match: RegExpExecArray): TapPoint {
  const [, , verdict, number, text = ""] = match;
  // An escaped # starts no directive; masked in its own length, places stay the same.
  const masked = text.replace(/\\[\\#]/g, "xx");
  const shown = (part: string) => part.replace(/\\([\\#])/g, "$1").trim();
  const directive = DIRECTIVE.exec(masked);
  const word = directive?.[1]?.toLowerCase() ?? "";
  const reason = shown(text.slice(text.length - (directive?.[2]?.length ?? 0)));
  const name = clipEnd(shown(text.slice(0, directive?.index)), LONGEST_NAME);
  const point = { indent: indentOf(match), number: number === undefined ? undefined : Number(number), name };
  const ok = verdict === "ok";
  if (word === "skip") return { ...point, status: "skipped", reason: reason || undefined };
  // Work that is known to be unfinished may fail; done earlier than said, it has passed.
  if (word !== "" && !ok)
    return { ...point, status: "skipped", reason: `todo: ${reason}`.replace(/: $/, "") };
  return { ...point, status: ok ? "passed" : "failed" };
}
