import { createHash } from "node:crypto";
import { COVERAGE_LANGUAGES, type Duration, formatDuration, type Problem } from "../../model/index.ts";
import { orAborted, withDeadline } from "../../support/abort.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { type Exported, exportProfiles } from "../collect/export-profiles.ts";
import type { ToolContainer } from "../collect/tool-agents.ts";
import { coverageError, coverageProblem } from "../errors.ts";
import { type ContainerCoverage, planContainer } from "../plan.ts";
import { sourceOf } from "../units/source-of.ts";
import {
  type ExportedLanguage,
  exportedLanguages,
  hasOwnExport,
  keepExport,
  profilesOf,
  type UnitExport,
} from "../units/unit-exports.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import type { ImageExports } from "./tool-image.ts";
import { unreachedBinaries } from "./unreached-binaries.ts";

const EXPORT_MS: Duration = 600_000;

export interface ExportUnitOptions {
  unit: VerifiedUnit;
  container: ToolContainer;
  /** The image as the user named it. */
  reference: string;
  images: Pick<ImageExports, "llvm" | "java">;
  signal: AbortSignal;
}

/** Gives the unit with what the tools of a container make of its profiles; where they fail, without it and with the reason. */
export async function exportUnit(options: ExportUnitOptions): Promise<VerifiedUnit> {
  const { unit, reference } = options;
  const exports = new Map(unit.exports);
  const problems = [...unit.problems];
  for (const language of exportedLanguages()) {
    if (hasOwnExport(unit, language) || profilesOf(unit, language).length === 0) continue;
    // What was kept before was made with another image, or otherwise.
    exports.delete(language);
    const { made, failures } = await exportLanguage(language, options);
    problems.push(...failures.map((problem) => inImage(problem, reference)));
    if (made === undefined) continue;
    const whole = { ...made, problems: made.problems.map((problem) => inImage(problem, reference)) };
    exports.set(language, async () => whole);
    try {
      await keepExport(unit, language, whole);
    } catch (error) {
      problems.push(notKept(unit, error));
    }
  }
  return { ...unit, exports, problems };
}

async function exportLanguage(
  language: ExportedLanguage,
  options: ExportUnitOptions,
): Promise<{ made: UnitExport | undefined; failures: Problem[] }> {
  using deadline = withDeadline(options.signal, {
    ms: EXPORT_MS,
    error: () => late(language, options.unit),
  });
  let results: Exported[];
  try {
    results = await orAborted(runTools(language, { ...options, signal: deadline.signal }), deadline.signal);
  } catch (error) {
    options.signal.throwIfAborted();
    // A bug of ours is no fault of a tool.
    if (!isToolError(error)) throw error;
    return { made: undefined, failures: [failureOf(error, language, options.unit)] };
  }
  const problems = results.flatMap((result) => ("content" in result ? [] : [result]));
  const file = results.find((result) => "content" in result);
  if (file === undefined) return { made: undefined, failures: problems };
  const text = file.content.toString();
  if (language === "llvm") problems.push(...unreachedBinaries(text));
  return { made: { text, problems }, failures: [] };
}

async function runTools(language: ExportedLanguage, options: ExportUnitOptions): Promise<Exported[]> {
  const { unit, container, signal } = options;
  const { service, instance, boot, argv, workingDir } = unit.manifest;
  const { agent, image } = container;
  // Units of several runs may be called the same.
  const key = createHash("sha256").update(unit.folder).digest("hex").slice(0, 8);
  return await exportProfiles({
    agent,
    coverage: await asContainer(options),
    unit: { service, instance: `${instance}-${boot}-${key}` },
    folder: unit.folder,
    files: profilesOf(unit, language),
    end: {
      argv,
      // Where a wrapper only watched what another program left, it cannot know where that ran.
      workingDir: argv.length > 0 ? workingDir : image.config.workingDir || "/",
      env: image.config.env,
      killed: false,
      startedAt: 0,
    },
    tools: async () => container,
    toolsNamedBy: "--image",
    signal,
  });
}

/** The container as if the unit's program had run in it. */
async function asContainer({
  unit,
  container,
  images,
  signal,
}: ExportUnitOptions): Promise<ContainerCoverage> {
  const { llvm, java } = images;
  const { service } = unit.manifest;
  // The project names those of all its images.
  const there = async (places: readonly string[]) => {
    const found = await Promise.all(places.map((place) => container.agent.files.stat(place, signal)));
    return places.filter((_, at) => found[at] !== undefined);
  };
  const binaries = await there(llvm?.binaries ?? []);
  const classes = await there(java?.classes ?? []);
  return planContainer({
    kind: "service",
    name: service,
    service,
    source: sourceOf(unit.manifest),
    languages: [...COVERAGE_LANGUAGES],
    reports: [],
    llvm: { binaries },
    java: java && { ...java, classes: classes.length > 0 ? classes : java.classes, target: undefined },
  });
}

/** What a tool says names no image. */
function inImage(problem: Problem, reference: string): Problem {
  return { ...problem, message: `${problem.message} (in a container of ${reference})` };
}

function notKept({ folder }: VerifiedUnit, error: unknown): Problem {
  return coverageProblem({
    code: "COVERAGE_NOT_WRITTEN",
    message: `What was exported of the unit ${folder} cannot be kept beside it: ${messageOf(error)}`,
    hint: "It counts this time. Let `seatrial coverage pull` copy the unit to where you may write, for the next.",
  });
}

/** The container ended, its disk is full, there was more than anybody can read: whatever it is, other units are read all the same. */
function failureOf(error: ToolError, language: ExportedLanguage, { folder }: VerifiedUnit): Problem {
  if (error.code === "COVERAGE_TOOL_FAILED") return problemOf(error);
  return coverageProblem({
    ...problemOf(error),
    code: "COVERAGE_TOOL_FAILED",
    message: `The tool for ${language} could not read the profiles of ${folder}: ${error.message}`,
  });
}

function late(language: ExportedLanguage, { folder }: VerifiedUnit) {
  return coverageError({
    code: "COVERAGE_TOOL_FAILED",
    message: `The tool for ${language} did not read the profiles of ${folder} within ${formatDuration(EXPORT_MS)}`,
    hint: "Look whether there are very many of them.",
  });
}
