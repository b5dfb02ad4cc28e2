import path from "node:path";
import { commandOf, workingDirOf } from "./command-process.ts";
import { reportsGlob } from "./junit-reports.ts";
import { PYTEST_PLUGIN } from "./pytest-plugin.ts";
import type { ShardContext } from "./runner.ts";

/** How pytest is started: the suite's command, with what we ask of it in the environment, where every wrapper passes it on. */
export interface PytestStart {
  argv: string[];
  env: Record<string, string>;
  /** Where its JUnit report appears. */
  report: string;
}

const REPORT_OPTION = /^--junit-?xml(?:=(.*))?$/;

/** Plans the start. A `pluginFolder` is put on the module path, and the plugin in it is loaded. */
export function planPytest(context: ShardContext, pluginFolder: string | undefined): PytestStart {
  const { spec, image, resultsFolder } = context;
  const argv = commandOf(context);
  const own = reportInWords(argv);
  const report =
    own === undefined ? `${resultsFolder}/pytest.xml` : path.posix.resolve(workingDirOf(context), own);
  const known = (name: string) => context.env[name] ?? image.env[name];
  const options = [
    known("PYTEST_ADDOPTS"),
    own === undefined ? `--junitxml=${quoted(report)} -o junit_family=xunit2` : undefined,
    pluginFolder === undefined ? undefined : `-p ${PYTEST_PLUGIN}`,
    spec.grep === undefined ? undefined : `-k ${quoted(spec.grep)}`,
  ];
  const modules = [pluginFolder, known("PYTHONPATH")].filter((each) => each !== undefined && each !== "");
  return {
    argv: spec.grep === undefined ? argv : withGrep(argv, spec.grep),
    env: {
      PYTEST_ADDOPTS: options.filter((option) => option !== undefined).join(" "),
      ...(pluginFolder === undefined ? {} : { PYTHONPATH: modules.join(":") }),
    },
    report: spec.reports === undefined ? report : reportsGlob(context),
  };
}

function reportInWords(argv: readonly string[]): string | undefined {
  for (const [at, word] of argv.entries()) {
    const found = REPORT_OPTION.exec(word);
    if (found !== null) return found[1] ?? argv[at + 1];
  }
  return undefined;
}

/** The command's own `-k` would win over the one in the environment: both are to hold. */
function withGrep(argv: readonly string[], grep: string): string[] {
  const both = (own: string) => `(${own}) and (${grep})`;
  return argv.map((word, at) => {
    if (argv[at - 1] === "-k") return both(word);
    const joined = /^-k(=?)(.+)$/.exec(word);
    return joined === null ? word : `-k${joined[1]}${both(joined[2] ?? "")}`;
  });
}

/** For the shell-like splitting that pytest does with PYTEST_ADDOPTS. */
function quoted(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
