import { join } from "node:path";
import type { ToolError } from "../support/error.ts";
import { defaultRelease } from "./dockerfile/targets.ts";
import type { EnvFile } from "./env-files.ts";
import type { Environment } from "./environment.ts";
import type { ConfigErrorCode } from "./errors.ts";
import { CONFIG_NAMES, type ProjectPlace } from "./find-project.ts";
import { gatherFacts } from "./init/facts.ts";
import { proposeConfig } from "./init/propose.ts";
import { mistakesError } from "./mistake.ts";
import { checkDocument, locatorOf, parseConfig } from "./parse-config.ts";
import type { Project } from "./project.ts";
import { projectVariables } from "./project-variables.ts";
import { readText } from "./read-text.ts";
import type { ConfigInput } from "./schema/config.ts";
import type { Source } from "./source.ts";
import type { BuiltinLookup, Variables } from "./variables.ts";
import type { Path } from "./yaml/tree.ts";

/** A sentence about a value of the configuration file. */
export interface Complaint {
  path: Path;
  message: string;
}

/** What the user wrote, right in itself; for a project without a configuration file, what `init` would write. */
export interface Written {
  input: ConfigInput;
  variables: Variables;
  /** Of the files that are named in place of `.env`, those that are there. Absent: none is named. */
  namedFiles: EnvFile[] | undefined;
  /** What the files for variables gave. */
  fileValues: Record<string, string>;
  warnings: string[];
  /** Variables that the release section mentions. */
  releaseVariables: string[];
  locate: Project["locate"];
  /** One error that says all of this, each with its line. */
  complain(complaints: readonly Complaint[], code: ConfigErrorCode): ToolError;
}

export interface ReadWrittenOptions {
  place: ProjectPlace;
  environment: Environment;
  builtin?: BuiltinLookup | undefined;
}

/** Reads and checks the configuration file, or what stands in for one that is not there, with its variables. */
export async function readWritten(options: ReadWrittenOptions): Promise<Written> {
  const { place, environment, builtin } = options;
  const { root, file } = place;
  const source =
    file === undefined
      ? await proposedSource({ root, environment })
      : await readText({
          path: file,
          environment,
          missing: "CONFIG_NOT_FOUND",
          unreadable: "CONFIG_UNREADABLE",
          hint: 'correct the path, or let "seatrial init" write the file',
        });
  const document = parseConfig(source);
  const { variables, namedFiles, fileValues } = await projectVariables({
    environment,
    builtin,
    root,
    raw: document.raw,
  });
  const { input, tree, warnings, releaseVariables } = await checkDocument(document, variables);
  return {
    input,
    variables,
    namedFiles,
    fileValues,
    warnings,
    releaseVariables,
    locate: file === undefined ? () => undefined : locatorOf(source, tree),
    complain: (complaints, code) =>
      mistakesError({
        source,
        code,
        mistakes: complaints.map(({ path, message }) => ({ ...tree.locate(path), message })),
      }),
  };
}

/** Which of several stages ships is nothing to guess at; everything else is as `init` would write it. */
async function proposedSource(options: { root: string; environment: Environment }): Promise<Source> {
  const facts = await gatherFacts(options);
  defaultRelease(facts.dockerfile);
  const label = "the configuration that `seatrial init` would write";
  return { path: join(options.root, CONFIG_NAMES[0]), label, text: proposeConfig(facts) };
}
