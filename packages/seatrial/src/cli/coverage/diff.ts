import { type CoverageDiff, diffCoverage, formatRanges } from "../../coverage/index.ts";
import { formatPercent } from "../../model/index.ts";
import { createStyle, formatProblem } from "../../report/index.ts";
import { EXIT, type ExitCode } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import { useColour } from "../output.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { openImages } from "./images.ts";
import { coverageInputs, coverageProject, type InputFlags, percentFlag } from "./inputs.ts";

export interface CoverageDiffFlags extends InputFlags {
  base?: string;
  minimum?: string;
}

/** Prints changed lines that nothing reached, one range a line; the exit code is 1 when too many are. */
export async function coverageDiffCommand(options: {
  surroundings: Surroundings;
  flags: CoverageDiffFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout, stderr } = surroundings;
  using stop = listenForStop(() => undefined);
  const { signal } = stop;
  const minimum = percentFlag("--minimum", flags.minimum);
  const project = await coverageProject({ surroundings, flags, signal });
  const { root, settings } = project;
  const base = flags.base ?? settings?.rules.base;
  if (base === undefined) throw noBase();
  await using images = openImages({ surroundings, flags, project, signal });
  const diff = await diffCoverage({
    inputs: await coverageInputs({ surroundings, flags, root, signal }),
    images: images.exports,
    force: flags.force === true,
    base,
    minimum: minimum ?? settings?.rules.changed,
    include: settings?.include ?? [],
    exclude: settings?.exclude ?? [],
    paths: settings?.paths ?? {},
    root,
    env: environment.env,
    signal,
  });
  if (flags.json === true) stdout.write(`${JSON.stringify(diff)}\n`);
  else {
    const style = createStyle(useColour({ stream: stderr, env: environment.env, flag: flags.color }));
    const missing = diff.judgements.flatMap(({ rule, problem }) =>
      rule === "arrived" && problem !== undefined ? [problem] : [],
    );
    for (const problem of [...diff.problems, ...missing])
      stderr.write(`${formatProblem(problem, style).join("\n")}\n`);
    for (const line of linesOf(diff)) stdout.write(`${line}\n`);
  }
  return diff.judgements.every(({ passed }) => passed) ? EXIT.ok : EXIT.failed;
}

function linesOf({ base, count, percent, uncovered, judgements }: CoverageDiff): string[] {
  const ranges = uncovered.map(({ path, ...range }) => `${path}:${formatRanges([range])}`);
  if (count.total === 0) return [`no line with code changed since ${base}`];
  const wanted = judgements.find(({ rule }) => rule === "changed")?.wanted;
  const asked = wanted === undefined ? "" : `, ${wanted} % wanted`;
  return [
    ...ranges,
    `${formatPercent(percent)} of ${count.total} changed lines are covered${asked} (since ${base})`,
  ];
}

function noBase() {
  return cliError({
    code: "BASE_MISSING",
    message: "coverage diff needs a revision that changes are counted from.",
    hint: "Name one: seatrial coverage diff --base origin/main",
  });
}
