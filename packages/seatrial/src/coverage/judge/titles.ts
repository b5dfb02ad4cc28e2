import type { CoverageJudgement } from "../../model/index.ts";
import { printableName } from "../printable.ts";

/** What a rule is about, at the beginning of a sentence. */
export function titleOf(rule: CoverageJudgement["rule"], named: string): string {
  const subject = printableName(named);
  if (rule === "total") return "In total";
  if (rule === "files") return `Files ${subject}`;
  if (rule === "source") return `By ${subject} alone`;
  if (rule === "arrived") return `The source ${subject}`;
  return subject === "" ? "Changed lines" : `Lines changed since ${subject}`;
}
