import path from "node:path";
import type { Problem } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import type { Profile } from "../data.ts";
import { type CoverageErrorCode, coverageProblem } from "../errors.ts";
import { readText } from "../read-text.ts";
import { goFolders } from "./go-folders.ts";
import { readReport } from "./read-report.ts";
import type { Readers } from "./readers.ts";
import { sourceOf } from "./source-of.ts";
import { unended } from "./unended.ts";
import { EXPORTS, type ExportedLanguage, exportedLanguages } from "./unit-exports.ts";
import { readableFolder, type VerifiedUnit } from "./verify-unit.ts";

/** A profile and what its names are to be understood by. */
export interface ReadProfile {
  profile: Profile;
  /** `go`: names begin with the paths of packages. `files`: they are names of files. */
  names: "go" | "files";
  /** Where relative names begin, in the image. Empty where that is not known. */
  workingDir: string;
  /** Go modules that names may begin with. */
  modules: string[];
  /** It is of raw profiles, which several sources can be read together by. */
  raw?: "node" | undefined;
}

/**
 * Reads what the units of one source have, each by its language. Nothing that is broken stops the rest. `count`: how many profiles were
 * read; what only tells which code there is, such as Go's meta data, is among `profiles` and counts for none.
 */
export async function readSource(options: {
  name: string;
  units: readonly VerifiedUnit[];
  readers: Readers;
  temporary: () => Promise<string>;
  signal: AbortSignal;
}): Promise<{ profiles: ReadProfile[]; count: number; problems: Problem[] }> {
  const { name, units, readers, temporary, signal } = options;
  const profiles: ReadProfile[] = [];
  const problems: Problem[] = units.flatMap((unit) => [
    ...unit.manifest.problems,
    ...unended(unit),
    ...unit.problems,
  ]);
  const about = (problem: Problem): Problem => ({ ...problem, subject: problem.subject ?? name });
  let count = 0;

  const attempt = async (work: () => Promise<number>) => {
    try {
      count += await work();
    } catch (error) {
      signal.throwIfAborted();
      // A bug of ours is no fault of a profile.
      if (!isToolError(error)) throw error;
      problems.push(problemOf(error, name));
    }
  };

  await attempt(async () => {
    const { folders, told } = await goFolders(units, temporary);
    if (folders.length === 0) return 0;
    const reading = await readers.go({ folders, told, signal });
    profiles.push({ profile: reading.profile, names: "go", workingDir: "", modules: reading.modules });
    problems.push(...reading.problems);
    return reading.files;
  });
  await attempt(async () => {
    const folders = await nodeFolders(units, temporary);
    if (folders.length === 0) return 0;
    const reading = await readers.node({ folders, signal });
    // Its names are absolute.
    profiles.push({ profile: reading.profile, names: "files", workingDir: "", modules: [], raw: "node" });
    problems.push(...reading.problems);
    return reading.files;
  });
  for (const unit of units) {
    const { workingDir } = unit.manifest;
    const add = (profile: Profile) => profiles.push({ profile, names: "files", workingDir, modules: [] });
    const has = (part: string) => unit.files.filter((file) => file.path.startsWith(`${part}/`)).length;
    for (const language of exportedLanguages()) {
      const exported = unit.exports.get(language);
      if (exported === undefined) {
        if (has(language) > 0 && !isExplained(unit)) problems.push(noExport(unit, language));
        continue;
      }
      await attempt(async () => {
        const made = await exported();
        problems.push(...made.problems);
        add(readers[language](made.text));
        return Math.max(1, has(language));
      });
    }
    for (const file of unit.files.filter((each) => each.path.startsWith("reports/"))) {
      await attempt(async () => {
        const place = path.join(unit.folder, file.path);
        const read = readReport({ text: await readText(place), place, readers });
        profiles.push({ ...read, workingDir, modules: [] });
        return 1;
      });
    }
  }
  // Units of one program have much in common.
  const told = new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, about(problem)]));
  return { profiles, count, problems: [...told.values()] };
}

/** Folders of units that have profiles of Node. */
export async function nodeFolders(
  units: readonly VerifiedUnit[],
  temporary: () => Promise<string>,
): Promise<string[]> {
  const having = units.filter(({ files }) => files.some((file) => file.path.startsWith("node/")));
  const folders: string[] = [];
  for (const unit of having) folders.push(await readableFolder(unit, temporary));
  return folders;
}

/** Whoever should have exported its profiles said why there is nothing. */
function isExplained({ manifest, problems }: VerifiedUnit): boolean {
  return [...manifest.problems, ...problems].some(({ code }) => WITHOUT_EXPORT.has(code));
}

const WITHOUT_EXPORT: ReadonlySet<string> = new Set<CoverageErrorCode>([
  "COVERAGE_NOT_TAKEN",
  "COVERAGE_SOURCES_MISSING",
  "COVERAGE_TOOL_FAILED",
  "COVERAGE_TOOL_MISSING",
]);

/** That a unit has profiles which nobody here can read. */
export function noExport(unit: VerifiedUnit, language: ExportedLanguage): Problem {
  return coverageProblem({
    code: "COVERAGE_EXPORT_MISSING",
    message: `The unit ${unit.folder} has profiles of ${language} and no ${EXPORTS[language]}: only the language's own tool can read them.`,
    hint: `Name an image that has it, with what ran: --image ${sourceOf(unit.manifest)}=repository/image:tag, or a target of the project.`,
  });
}
