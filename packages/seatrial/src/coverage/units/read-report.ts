import { isToolError, messageOf } from "../../support/error.ts";
import type { Profile } from "../data.ts";
import { coverageError } from "../errors.ts";
import { parseGoText } from "./go-text.ts";
import type { Readers } from "./readers.ts";

export type ReportFormat = "lcov" | "cobertura" | "jacoco" | "go" | "coverage.py" | "llvm";

/** Which format a text is in, as its beginning has it. */
export function formatOf(text: string): ReportFormat | undefined {
  const head = text
    .slice(0, 4096)
    .replace(/^\ufeff/, "")
    .trimStart();
  if (/^(TN|SF):/m.test(head) && !head.startsWith("<") && !head.startsWith("{")) return "lcov";
  if (/^mode: \w+\s*$/m.test(head.split("\n")[0] ?? "")) return "go";
  if (head.startsWith("<")) {
    const [, root] = /<(coverage|report)[\s>]/.exec(head) ?? [];
    return root === "coverage" ? "cobertura" : root === "report" ? "jacoco" : undefined;
  }
  if (!head.startsWith("{")) return undefined;
  if (head.includes('"llvm.coverage.json.export"') || text.slice(-4096).includes("llvm.coverage.json.export"))
    return "llvm";
  return head.includes('"meta"') && head.includes('"version"') ? "coverage.py" : undefined;
}

/** Reads a report of any format that is known. `place` is its name in errors. */
export function readReport(options: { text: string; place: string; readers: Readers }): {
  profile: Profile;
  names: "go" | "files";
} {
  const { text, place, readers } = options;
  const format = formatOf(text);
  if (format === undefined) {
    throw coverageError({
      code: "COVERAGE_INPUT_INVALID",
      message: `${place} is no coverage of a known format.`,
      hint: "Known are lcov, Cobertura, JaCoCo's XML, Go's text, and the JSON of coverage.py and llvm-cov export.",
    });
  }
  const read = {
    lcov: readers.lcov,
    cobertura: readers.cobertura,
    jacoco: readers.java,
    go: parseGoText,
    "coverage.py": readers.python,
    llvm: readers.llvm,
  }[format];
  try {
    return { profile: read(text), names: format === "go" ? "go" : "files" };
  } catch (cause) {
    if (!isToolError(cause)) throw cause;
    throw coverageError({
      code: "COVERAGE_PROFILE_INVALID",
      message: `${place}: ${messageOf(cause)}`,
      hint: cause.hint,
      cause,
    });
  }
}
