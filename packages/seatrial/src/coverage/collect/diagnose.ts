import type { CoverageLanguage, Problem } from "../../model/index.ts";
import { type CoverageErrorCode, coverageProblem } from "../errors.ts";
import type { ContainerCoverage } from "../plan.ts";
import type { UnitFile } from "../units/manifest.ts";
import { type HookNote, parseNotes } from "./hook-notes.ts";
import type { ProgramEnd } from "./program-end.ts";

const UNSTOPPABLE =
  "No signal reached it: where all capabilities are dropped, a container needs cap_add: [KILL] for its programs to be stopped.";

/** Why a container left no profile, or not all. Empty where nothing is missing. */
export function diagnose(options: {
  coverage: Pick<ContainerCoverage, "service" | "languages" | "folder" | "mayBeEmpty">;
  files: readonly Pick<UnitFile, "path">[];
  notes: readonly string[];
  end: Pick<ProgramEnd, "exit" | "killed" | "argv">;
  /** Paths of its Go programs without coverage. */
  uncovered: readonly string[];
}): Problem[] {
  const { coverage, files, uncovered } = options;
  const notes = options.notes.flatMap(parseNotes);
  const { service } = coverage;
  const count = (prefix: string) => files.filter(({ path }) => path.startsWith(prefix)).length;
  const say = (code: CoverageErrorCode, message: string, hint: string): Problem =>
    coverageProblem({ code, message, hint, subject: service });
  const problems = failedHooks(notes).map((detail) =>
    say(
      "COVERAGE_HOOK_FAILED",
      `Coverage failed in a program of ${service}: ${detail}.`,
      "Where it is about a setting, mend it in the project's .coveragerc or pyproject.toml.",
    ),
  );
  const how = endOf(options.end);
  const unstoppable = options.end.killed && options.end.exit === undefined;
  if (count("go/covmeta.") > 0 && count("go/covcounters.") === 0) {
    problems.push(
      say(
        "COVERAGE_NOT_FLUSHED",
        `The Go program of ${service} was killed before it wrote its counters${how}.`,
        unstoppable
          ? UNSTOPPABLE
          : "A Go program writes them when main returns or os.Exit is called: handle the stop signal (SIGTERM) and return.",
      ),
    );
  }
  const profiles = files.filter(({ path }) => !path.startsWith("sources/") && !path.startsWith("exports/"));
  if (profiles.length > 0 || problems.length > 0 || coverage.mayBeEmpty) return problems;
  if (uncovered.length > 0) {
    const [first = ""] = uncovered;
    const more = uncovered.length > 1 ? ` and ${uncovered.length - 1} more` : "";
    return [
      say(
        "COVERAGE_NOT_BUILT",
        `${first}${more} of ${service} was not built with coverage.`,
        "Build it with `go build -cover`, and tests with `go test -c -cover`; -coverpkg=./... counts all packages of the module.",
      ),
    ];
  }
  const lacking = missingModule(notes, coverage.languages);
  if (lacking !== undefined) {
    return [
      say(
        "COVERAGE_MODULE_MISSING",
        `Python programs of ${service} ran without coverage.py: ${lacking}.`,
        "Install the package coverage into the image that is tested.",
      ),
    ];
  }
  if (options.end.killed || options.end.exit?.signal === "KILL") {
    return [
      say(
        "COVERAGE_NOT_FLUSHED",
        `${service} was killed before it wrote a profile${how}.`,
        unstoppable
          ? UNSTOPPABLE
          : "Let it end by itself on its stop signal, or give it more time with stop_grace_period.",
      ),
    ];
  }
  return [
    say(
      "COVERAGE_NOTHING_LEFT",
      `${service} left no profile${how}.`,
      `Its programs find ${coverage.folder} in GOCOVERDIR, COVERAGE_FILE, NODE_V8_COVERAGE and LLVM_PROFILE_FILE; one that is built with coverage, keeps its environment and ends by itself leaves a profile there.`,
    ),
  ];
}

function endOf({ exit, killed }: Pick<ProgramEnd, "exit" | "killed">): string {
  if (killed && exit === undefined) return " (it could not be stopped, and ended with its container)";
  if (killed) return " (it did not end in time, and was killed)";
  if (exit === undefined) return "";
  return exit.signal === null
    ? ` (it ended with exit code ${exit.code})`
    : ` (signal ${exit.signal} ended it)`;
}

function failedHooks(notes: readonly HookNote[]): string[] {
  return [...new Set(notes.flatMap(({ state, detail }) => (state === "failed" ? [detail] : [])))].slice(0, 3);
}

/** Programs of the system may lack the module where those of the project have it. */
function missingModule(
  notes: readonly HookNote[],
  languages: readonly CoverageLanguage[],
): string | undefined {
  if (!languages.includes("python") || notes.some(({ state }) => state === "started")) return undefined;
  return notes.find(({ state }) => state === "missing")?.detail;
}
