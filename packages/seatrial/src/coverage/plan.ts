import { posix } from "node:path";
import type { CoverageFormat, CoverageLanguage, CoverageRules } from "../model/index.ts";

/** What a run collects of coverage and what it makes of it, as plain data. */
export interface CoveragePlan {
  /** What is judged in this run. */
  rules: CoverageRules;
  /** Sentences: what is asked and not judged in this run, and why. */
  unjudged: string[];
  formats: CoverageFormat[];
  include: string[];
  exclude: string[];
  paths: Record<string, string>;
  containers: ContainerCoverage[];
}

/** How one container of a run gives its coverage. */
export interface ContainerCoverage {
  kind: "suite" | "service";
  /** Of the suite or service. */
  name: string;
  /** What it is called in its unit: the name, or `<suite>.app`. */
  service: string;
  /** What it counts for. */
  source: string;
  /** Nothing is missing when its programs leave nothing: they only ask others that are measured, or nobody expects it of them. */
  mayBeEmpty: boolean;
  languages: CoverageLanguage[];
  /** Absolute, in the container: where everything goes. */
  folder: string;
  /** What its processes find in their environment, unless the project sets it itself. */
  env: Record<string, string>;
  /** What is put before a variable's own value. */
  before: Record<string, { text: string; separator: string }>;
  /** Files of ours below `folder`. */
  hooks: Hook[];
  /** Reports that tools write themselves: absolute paths. */
  reports: string[];
  llvm?: LlvmTools | undefined;
  java?: JavaTools | undefined;
}

export type Hook = "python" | "node";

export interface LlvmTools {
  binaries: string[];
  /** The target of the build that has tools and programs; absent: the container itself. */
  target?: string | undefined;
}

export interface JavaTools {
  agent: string;
  cli: string;
  classes: string[];
  sources: string[];
  target?: string | undefined;
}

/** Where containers leave profiles: a volume of its own, writable for every user, gone with the container. */
export const COVERAGE_FOLDER = "/seatrial-coverage";

/** Below the folder: files of ours, no profiles. */
export const HOOKS_FOLDER = ".hooks";
/** Below the folder: where tools work that read profiles. */
export const TOOLS_FOLDER = ".tools";
/** Below the folder: what our hooks have to say. */
export const NOTES_FOLDER = "notes";

/** Plans how a container gives its coverage. */
export function planContainer(
  options: Pick<
    ContainerCoverage,
    "kind" | "name" | "service" | "source" | "languages" | "reports" | "llvm" | "java"
  > & { folder?: string | undefined; mayBeEmpty?: boolean | undefined },
): ContainerCoverage {
  const { languages, folder = COVERAGE_FOLDER, llvm, java } = options;
  const speaks = (language: CoverageLanguage) => languages.includes(language);
  const below = (...parts: string[]) => posix.join(folder, ...parts);
  const javaAgent = speaks("java") ? java?.agent : undefined;
  return {
    kind: options.kind,
    name: options.name,
    service: options.service,
    source: options.source,
    mayBeEmpty: options.mayBeEmpty ?? false,
    languages,
    folder,
    env: {
      ...(speaks("go") && { GOCOVERDIR: below("go") }),
      // For coverage.py where the project starts it itself.
      ...(speaks("python") && { COVERAGE_FILE: below("python", ".coverage") }),
      ...(speaks("node") && { NODE_V8_COVERAGE: below("node") }),
      ...(speaks("llvm") && { LLVM_PROFILE_FILE: below("llvm", "%p-%m.profraw") }),
    },
    before: {
      ...(speaks("python") && { PYTHONPATH: { text: below(HOOKS_FOLDER, "python"), separator: ":" } }),
      ...(speaks("node") && {
        NODE_OPTIONS: { text: `--require=${below(HOOKS_FOLDER, "node.cjs")}`, separator: " " },
      }),
      ...(javaAgent !== undefined && {
        JAVA_TOOL_OPTIONS: {
          text: `-javaagent:${javaAgent}=destfile=${below("java", "jacoco.exec")},append=true`,
          separator: " ",
        },
      }),
    },
    hooks: (["python", "node"] as const).filter(speaks),
    reports: options.reports,
    llvm: speaks("llvm") ? llvm : undefined,
    java: speaks("java") ? java : undefined,
  };
}
