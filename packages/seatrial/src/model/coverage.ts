import type { Problem } from "./problem.ts";

/** The languages whose profiles are collected. Any tool that writes lcov or Cobertura counts by its reports. */
export const COVERAGE_LANGUAGES = ["go", "python", "node", "llvm", "java"] as const;
export type CoverageLanguage = (typeof COVERAGE_LANGUAGES)[number];

export const COVERAGE_FORMATS = ["text", "lcov", "cobertura", "html", "json"] as const;
export type CoverageFormat = (typeof COVERAGE_FORMATS)[number];

export interface CoverageCount {
  covered: number;
  total: number;
}

export interface CoverageTotals {
  statements: CoverageCount;
  lines: CoverageCount;
  branches: CoverageCount;
  functions: CoverageCount;
}

/** What is asked of a run's coverage. Percents, from 0 to 100. */
export interface CoverageRules {
  total?: number | undefined;
  /** By glob of the project's paths: all files that fit, together. */
  files: Record<string, number>;
  /** By the source's name: what it reaches by itself. */
  sources: Record<string, number>;
  /** Of the lines that differ from `base`. */
  changed?: number | undefined;
  /** A git revision; changes count from where its history and ours parted. */
  base?: string | undefined;
  /** Sources that must have arrived. */
  expected: string[];
}

/** What a rule asked and what there was. */
export interface CoverageJudgement {
  rule: "total" | "files" | "source" | "changed" | "arrived";
  /** The glob, the source or the base; empty for the total. */
  subject: string;
  /** Percent; absent for `arrived`. */
  wanted?: number | undefined;
  /** Percent; absent when nothing was there to count. */
  found?: number | undefined;
  passed: boolean;
  problem?: Problem | undefined;
}

/** Coverage in `outcome.json`. */
export interface CoverageOutcome {
  status: "passed" | "failed";
  totals: CoverageTotals;
  /** The percentage that people quote: of statements, and of lines where a tool knows no statements. */
  percent?: number | undefined;
  sources: SourceOutcome[];
  judgements: CoverageJudgement[];
  /** What did not go well and is about no single source. */
  problems?: Problem[] | undefined;
  /** By format: files relative to the run's folder. */
  reports: Partial<Record<CoverageFormat, string>>;
}

export interface SourceOutcome {
  name: string;
  totals: CoverageTotals;
  percent?: number | undefined;
  /** Statements that no other source reached. */
  only: number;
  /** How many profiles it is from: one for each process that left one, or report. */
  profiles: number;
  /** Why a container of it left none, or not all. */
  problems: Problem[];
}
