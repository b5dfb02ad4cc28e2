import {
  type CoverageCount,
  type CoverageJudgement,
  type CoverageRules,
  formatPercent,
  type Problem,
  percentOf,
} from "../../model/index.ts";
import type { ChangedLines } from "../changes/parse-diff.ts";
import type { Coverage, FileCoverage } from "../data.ts";
import { createPathGlobs } from "../paths/path-globs.ts";
import { byAny, bySource, countOf, type Reached } from "../totals.ts";
import { type Arrivals, judgeArrivals, missingSources } from "./arrival.ts";
import { countChanged } from "./changed.ts";
import { lacking } from "./lacking.ts";
import { listMissing } from "./missing.ts";
import { titleOf } from "./titles.ts";

export interface JudgeOptions extends Arrivals {
  coverage: Coverage;
  rules: CoverageRules;
  /** Needed where a rule is about changed lines. */
  changes?: ChangedLines | undefined;
}

/** Judges coverage by every rule there is, in a fixed order. Fractions are compared, never rounded figures. */
export function judge(options: JudgeOptions): CoverageJudgement[] {
  const { coverage, rules, arrived, changes } = options;
  const { files } = coverage;
  const judgements = judgeArrivals(rules, options);
  const lost = missingNames(judgements, options);
  if (rules.total !== undefined) {
    const minimum = measure({
      rule: "total",
      subject: "",
      wanted: rules.total,
      files,
      count: countOf(files),
    });
    judgements.push(arrived.size === 0 ? nothingArrived(minimum) : minimum);
  }
  for (const [glob, wanted] of Object.entries(rules.files)) {
    const fits = createPathGlobs([glob]);
    const some = files.filter((file) => fits(file.path));
    judgements.push(
      measure({ rule: "files", subject: glob, wanted, files: some, count: countOf(some), lost }),
    );
  }
  for (const [name, wanted] of Object.entries(rules.sources)) {
    const source = coverage.sources.indexOf(name);
    // That it did not arrive is said already, and is no 0 %.
    if (source < 0 || !arrived.has(name)) continue;
    const reached = bySource(source);
    const count = countOf(files, reached);
    judgements.push(measure({ rule: "source", subject: name, wanted, files, count, reached }));
  }
  if (rules.changed !== undefined) {
    const lines = changes ?? new Map<string, Set<number>>();
    judgements.push(
      measure({
        // A pipeline names a base for merge requests only.
        why: changes === undefined ? "there is no base to compare with" : undefined,
        rule: "changed",
        subject: rules.base ?? "",
        wanted: rules.changed,
        files: files.filter((file) => lines.has(file.path)),
        count: countChanged(coverage, lines),
        among: (path, line) => lines.get(path)?.has(line) === true,
      }),
    );
  }
  return judgements;
}

/** Sources that are expected, or should have left profiles, and did not. */
function missingNames(judgements: readonly CoverageJudgement[], arrivals: Arrivals): string[] {
  const failed = judgements.flatMap(({ passed, subject }) => (passed ? [] : [subject]));
  return [...new Set([...failed, ...missingSources(arrivals)])].sort();
}

interface Measured {
  rule: CoverageJudgement["rule"];
  subject: string;
  wanted: number;
  files: readonly FileCoverage<number[]>[];
  count: CoverageCount;
  reached?: Reached;
  among?: (path: string, line: number) => boolean;
  /** Who should have left profiles and did not: nobody knows which files it would have had. */
  lost?: readonly string[];
  /** Why there is nothing to count, where that is known. */
  why?: string | undefined;
}

function measure(options: Measured): CoverageJudgement {
  const { rule, subject, wanted, count, lost = [] } = options;
  const found = percentOf(count);
  const judgement = { rule, subject, wanted };
  // A glob may fit nothing, and a change be without code; a program without any code was not measured.
  const mayBeEmpty = (rule === "files" && lost.length === 0) || rule === "changed";
  if (found === undefined) return { ...judgement, passed: mayBeEmpty, problem: nothing(options) };
  if (lacking(count, wanted) === 0) return { ...judgement, found, passed: true };
  return { ...judgement, found, passed: false, problem: tooLow(options) };
}

function tooLow(options: Measured): Problem {
  const { rule, subject, wanted, files, count, reached = byAny, among } = options;
  const found = percentOf(count) ?? 0;
  const things = rule === "changed" ? "changed lines" : "statements";
  const missing = listMissing({ files, reached, among });
  return {
    code: "COVERAGE_TOO_LOW",
    message: `${titleOf(rule, subject)}: ${belowWanted(found, wanted)} of ${count.total} ${things} covered, ${wanted} % wanted: ${lacking(count, wanted)} more needed. Not covered: ${missing}`,
    hint: "The report shows each line and who reached it.",
    subject: subject === "" ? undefined : subject,
  };
}

/** With as many decimals as it takes to see that it is less. */
function belowWanted(found: number, wanted: number): string {
  for (let decimals = 1; decimals < 6; decimals += 1) {
    const text = formatPercent(found, decimals);
    if (Number.parseFloat(text) < wanted) return text;
  }
  return `just below ${wanted} %`;
}

function nothing({ rule, subject, why, lost = [] }: Measured): Problem {
  const reason = {
    files: "no file with code fits",
    changed: "no line with code changed in a file that profiles speak of",
    source: "no profile names code that counts",
    total: "no profile names code that counts",
    arrived: "",
  }[rule];
  return {
    code: "COVERAGE_NOTHING_TO_COUNT",
    message: `${titleOf(rule, subject)}: nothing to count, ${why ?? reason}${lost.length === 0 ? "" : `; ${lost.join(", ")} left no profile, or not all`}.`,
    hint:
      rule === "total" || rule === "source"
        ? "Do coverage.include and exclude leave code? Do profiles name it: go test -coverpkg=./..., coverage.py's source, source maps?"
        : undefined,
    subject: subject === "" ? undefined : subject,
  };
}

function nothingArrived(judgement: CoverageJudgement): CoverageJudgement {
  return {
    ...judgement,
    passed: false,
    problem: {
      code: "COVERAGE_SOURCE_MISSING",
      message: `${judgement.wanted} % in total are wanted, and no source left a profile.`,
      hint: "Is the program built for coverage (go build -cover), and does it end by itself on SIGTERM?",
    },
  };
}
