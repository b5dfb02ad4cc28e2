import * as v from "valibot";
import { GoRegexpError } from "../../support/go-regexp/error.ts";
import { translate } from "../../support/go-regexp/translate.ts";
import { section } from "../schema/section.ts";

/** Any plain value is text, as the tool itself takes it: `exposedPorts: [8080]`. */
const text = v.pipe(v.union([v.string(), v.number(), v.boolean()], "text"), v.transform(String));
const filled = v.pipe(text, v.nonEmpty("text that is not empty"));
/** YAML 1.1 has more words for it than YAML 1.2. */
const flag = v.pipe(
  v.union([v.boolean(), v.pipe(v.string(), v.regex(/^(y|yes|n|no|on|off|true|false)$/i))], "true or false"),
  v.transform((value) => /^(y|yes|on|true)$/i.test(String(value))),
);
const number = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^(0[0-7]+|\d+)$/))], "a whole number"),
  v.transform((value) =>
    typeof value === "string" && /^0\d/.test(value) ? Number.parseInt(value, 8) : Number(value),
  ),
  v.integer("a whole number"),
);
const words = v.array(text, "a list of words");
const list = v.array(filled, "a list");

/** A regular expression of Go. */
const regexp = v.pipe(
  text,
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? regexpProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);
const regexps = v.array(regexp, "a list of regular expressions");

/** What is wrong with an expression, in a sentence. */
function regexpProblem(expression: string): string | undefined {
  try {
    translate(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof GoRegexpError)) throw error;
    return `not a regular expression of Go: ${error.message}, at character ${error.offset + 1}`;
  }
}

type Fields = Record<string, unknown>;

/** Keys that must be there, each with the sentence that says so. */
function required(...keys: string[]) {
  return (value: Fields, report: (key: string, message: string) => void) => {
    for (const key of keys) if (value[key] === undefined) report(key, `${key} is missing`);
  };
}

const variable = section(
  { key: v.optional(filled), value: v.optional(filled) },
  { rules: required("key", "value"), ignored: /^isRegex$/ },
);
const expected = section(
  { key: v.optional(filled), value: v.optional(text), isRegex: v.optional(flag) },
  {
    rules(value, report) {
      required("key")(value, report);
      const problem = value.isRegex === true ? regexpProblem(value.value ?? "") : undefined;
      if (problem !== undefined) report("value", problem);
    },
  },
);
const unbound = section(
  { key: v.optional(filled), value: v.optional(text), isRegex: v.optional(flag) },
  { rules: required("key") },
);

const commandLines = v.array(
  v.pipe(words, v.minLength(1, "a command of at least one word")),
  "a list of commands, each a list of words",
);

const commandTest = section(
  {
    name: v.optional(filled),
    setup: v.optional(commandLines),
    teardown: v.optional(commandLines),
    envVars: v.optional(v.array(variable, "a list of variables")),
    exitCode: v.optional(number),
    command: v.optional(filled),
    args: v.optional(words),
    expectedOutput: v.optional(regexps),
    excludedOutput: v.optional(regexps),
    expectedError: v.optional(regexps),
    excludedError: v.optional(regexps),
  },
  { rules: required("name", "command") },
);

const existenceTest = section(
  {
    name: v.optional(filled),
    path: v.optional(filled),
    shouldExist: v.optional(flag),
    permissions: v.optional(text),
    uid: v.optional(number),
    gid: v.optional(number),
    isExecutableBy: v.optional(
      v.picklist(["any", "owner", "group", "other"], "one of any, owner, group, other"),
    ),
  },
  { rules: required("name", "path") },
);

const contentTest = section(
  {
    name: v.optional(filled),
    path: v.optional(filled),
    expectedContents: v.optional(regexps),
    excludedContents: v.optional(regexps),
  },
  { rules: required("name", "path") },
);

const metadataTest = section(
  {
    envVars: v.optional(v.array(expected, "a list of variables")),
    unboundEnvVars: v.optional(v.array(unbound, "a list of variables")),
    labels: v.optional(v.array(expected, "a list of labels")),
    entrypoint: v.optional(words),
    cmd: v.optional(words),
    exposedPorts: v.optional(list),
    unexposedPorts: v.optional(list),
    volumes: v.optional(list),
    unmountedVolumes: v.optional(list),
    workdir: v.optional(text),
    user: v.optional(text),
  },
  // As older releases of the tool called them.
  { synonyms: { env: "envVars", unboundEnv: "unboundEnvVars" } },
);

const runOptions = section({
  user: v.optional(filled),
  privileged: v.optional(flag),
  allocateTty: v.optional(flag),
  envFile: v.optional(filled),
  envVars: v.optional(list),
  capabilities: v.optional(list),
  bindMounts: v.optional(
    v.array(
      v.pipe(text, v.regex(/^\/[^:]+:\/[^:]+(:[a-zA-Z,]+)?$/, "/path/on/this/machine:/path/in/container")),
      "a list of /path/on/this/machine:/path/in/container",
    ),
  ),
});

/** A file of container-structure-test, schema 2.0.0. */
export const structureSchema = section(
  {
    schemaVersion: v.optional(
      v.pipe(
        text,
        v.literal("2.0.0", '"2.0.0", the schema of container-structure-test that can be run here'),
      ),
    ),
    globalEnvVars: v.optional(v.array(variable, "a list of variables")),
    commandTests: v.optional(v.array(commandTest, "a list of command tests")),
    fileExistenceTests: v.optional(v.array(existenceTest, "a list of file existence tests")),
    fileContentTests: v.optional(v.array(contentTest, "a list of file content tests")),
    metadataTest: v.optional(metadataTest),
    licenseTests: v.optional(
      v.array(section({ debian: v.optional(flag), files: v.optional(list) }), "a list of license tests"),
    ),
    containerRunOptions: v.optional(runOptions),
  },
  { rules: required("schemaVersion") },
);

export type StructureInput = v.InferOutput<typeof structureSchema>;
