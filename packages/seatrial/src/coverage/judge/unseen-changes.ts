import path from "node:path";
import type { Problem } from "../../model/index.ts";
import type { ChangedLines } from "../changes/parse-diff.ts";
import type { Coverage } from "../data.ts";
import { coverageProblem } from "../errors.ts";
import { printableName } from "../printable.ts";

const SHOWN = 10;
/** Extensions of one language. Any other is a language of its own. */
const FAMILIES = [
  [".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"],
  [".c", ".cc", ".cpp", ".cxx"],
];
/** Tests, which tools leave out of what is measured, and declarations, which have no code. */
const NO_CODE = /_test\.[a-z]+$|\.(test|spec|d)\.[cm]?[jt]sx?$|(^|\/)(test_[^/]*|conftest)\.py$/;

/**
 * A problem that names changed files which no profile speaks of: nothing can be said of their lines, so they are not among those that a
 * rule about changed lines counts. Only files that `counts` takes, in languages that profiles are about.
 */
export function unseenChanges(options: {
  coverage: Coverage;
  changes: ChangedLines | undefined;
  base: string | undefined;
  counts: (path: string) => boolean;
}): Problem[] {
  const { coverage, changes = new Map<string, Set<number>>(), base, counts } = options;
  const seen = new Set(coverage.files.map((file) => file.path));
  const measured = new Set([...seen].flatMap((file) => familyOf(path.posix.extname(file))));
  const unseen = [...changes]
    .filter(([file, lines]) => lines.size > 0 && !seen.has(file) && !NO_CODE.test(file) && counts(file))
    .map(([file]) => file)
    .filter((file) => measured.has(path.posix.extname(file)))
    .sort();
  if (unseen.length === 0) return [];
  const more = unseen.length > SHOWN ? ` and ${unseen.length - SHOWN} more` : "";
  const what = unseen.length === 1 ? "1 file" : `${unseen.length} files`;
  return [
    coverageProblem({
      code: "COVERAGE_CHANGES_UNSEEN",
      message: `Changed${base === undefined ? "" : ` since ${base}`}, and in no profile: ${what}, of which no line was counted: ${unseen.slice(0, SHOWN).map(printableName).join(", ")}${more}.`,
      hint: "Nothing that ran has them in it. Measure them (go test -coverpkg=./..., coverage.py's source), or leave them out with coverage.exclude.",
    }),
  ];
}

function familyOf(extension: string): readonly string[] {
  if (extension === "") return [];
  return FAMILIES.find((family) => family.includes(extension)) ?? [extension];
}
