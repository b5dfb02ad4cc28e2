import type { Project } from "../config/index.ts";
import { asksSomething, judgeRuns } from "../coverage/index.ts";
import type { CoverageGate } from "../release/index.ts";
import { rulesOfAllSuites } from "../run/index.ts";
import { isToolError } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";

/** What a release asks of coverage: that the runs of all jobs together hold the project's rules. Undefined where it has none. */
export function coverageGate(options: {
  project: Project;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): CoverageGate | undefined {
  const { project, env, signal } = options;
  const settings = project.config.coverage;
  if (settings === undefined) return undefined;
  const { rules, unjudged } = rulesOfAllSuites(settings);
  if (!asksSomething(rules) && rules.expected.length === 0) return undefined;
  const { include, exclude, paths } = settings;
  const suites = project.suites.map(({ name }) => name);
  return async (runs) => {
    try {
      const root = project.root;
      const given = { runs, suites, rules, include, exclude, paths, root, env, signal };
      const { judgements, problems } = await judgeRuns(given);
      return {
        refusals: judgements.flatMap(({ passed, problem }) =>
          passed || problem === undefined ? [] : [problem],
        ),
        warnings: [...unjudged, ...problems.map(({ message }) => message)],
      };
    } catch (error) {
      if (!isToolError(error)) throw error;
      return { refusals: [problemOf(error)], warnings: unjudged };
    }
  };
}
