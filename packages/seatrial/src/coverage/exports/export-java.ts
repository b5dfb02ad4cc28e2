import path from "node:path/posix";
import type { Problem } from "../../model/index.ts";
import { type Export, type ExportOptions, exportProblem, linesOf, placedProfiles } from "./export.ts";
import type { ToolResult } from "./toolbox.ts";

export interface JavaExportOptions extends ExportOptions {
  /** jacococli.jar there. */
  cli: string;
  /** Folders and archives with the classes as they were before the agent changed them. */
  classes: readonly string[];
}

type Java = (...args: string[]) => Promise<ToolResult>;

/** Where the configuration names the target with the tools. */
const JAVA_TARGET = "coverage.java.target";
/** Where images keep a JDK that is not on PATH. */
const OTHER_PLACES = ["/opt/java/openjdk/bin/java", "/usr/lib/jvm/default/bin/java"];
const MISMATCH = "do not match with execution data";

/** Lets JaCoCo's command line report exec files as XML, with the Java of the image. */
export async function exportJava(options: JavaExportOptions): Promise<Export | Problem> {
  const { toolbox, folder, classes, profiles, signal } = options;
  const program = await findJava(options);
  if (program === undefined)
    return exportProblem("COVERAGE_TOOL_MISSING", {
      message: "There is no java in the image",
      hint: `Name a target of the Dockerfile that has it, with JaCoCo's command line and the classes, with ${options.toolsNamedBy ?? JAVA_TARGET}.`,
    });
  const placed = placedProfiles(options, (at) => `${at}.exec`);
  await toolbox.put(placed, signal);
  const java: Java = async (...args) =>
    (await toolbox.run([program, "-jar", options.cli, ...args], { env: environment(options), signal })) ?? {
      code: null,
      stdout: "",
      stderr: "the program is not there any more",
    };

  const report = `${folder}/report.xml`;
  const write = (files: readonly string[]) =>
    java("report", ...files, ...classes.flatMap((one) => ["--classfiles", one]), "--xml", report);
  const targets = placed.map(({ target }) => target);
  let result = await write(targets);
  const problems: Problem[] = [];
  if (result.code !== 0) {
    const readable: string[] = [];
    for (const [at, target] of targets.entries()) {
      const asked = await java("execinfo", target);
      if (asked.code === 0) readable.push(target);
      else problems.push(brokenFile(profiles[at] ?? target, asked));
    }
    // None at all, or all of them: the files are not what it failed at.
    if (readable.length === 0 || readable.length === targets.length) return failed(options, result);
    result = await write(readable);
    if (result.code !== 0) return failed(options, result);
  }
  if (`${result.stdout}${result.stderr}`.includes(MISMATCH)) problems.push(otherClasses(classes));
  const content = await toolbox.read(report, signal);
  return content === undefined ? failed(options, result) : { path: "exports/java.xml", content, problems };
}

async function findJava(options: JavaExportOptions): Promise<string | undefined> {
  const [own = ""] = options.argv ?? [];
  const candidates = [...(path.basename(own) === "java" ? [own] : []), "java", ...OTHER_PLACES];
  for (const program of new Set(candidates)) {
    const asked = await options.toolbox.run([program, "-version"], {
      env: environment(options),
      signal: options.signal,
    });
    if (asked?.code === 0) return program;
  }
  return undefined;
}

/** Without the agent that measures programs: the tool is none of them. */
function environment({ env }: JavaExportOptions): Record<string, string> {
  return { ...env, JAVA_TOOL_OPTIONS: "" };
}

function brokenFile(file: string, result: ToolResult): Problem {
  const reason = linesOf(result.stderr).find((line) => /Exception|Error/.test(line)) ?? "it cannot be read";
  return exportProblem("COVERAGE_PROFILE_INVALID", { message: `JaCoCo left out ${file}: ${reason}` });
}

function otherClasses(classes: readonly string[]): Problem {
  return exportProblem("COVERAGE_PROFILE_INVALID", {
    message: `Some classes of ${classes.join(", ")} are not those that ran: JaCoCo counts them as never run`,
    hint: "Let coverage.java.classes name the very classes that the program was started with.",
  });
}

function failed({ cli, toolsNamedBy = JAVA_TARGET }: JavaExportOptions, result: ToolResult): Problem {
  if (result.stderr.includes("Unable to access jarfile"))
    return exportProblem("COVERAGE_TOOL_MISSING", {
      message: `JaCoCo's command line is not at ${cli}`,
      hint: `Put org.jacoco.cli (nodeps) into the image, or into the target that ${toolsNamedBy} names, and its path into coverage.java.cli.`,
    });
  return exportProblem("COVERAGE_TOOL_FAILED", {
    message: `\`java -jar ${cli} report\` failed with code ${result.code}`,
    result,
  });
}
