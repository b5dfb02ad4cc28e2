import path from "node:path";
import { mergeCoverage } from "../../coverage/index.ts";
import { createStyle, formatProblem } from "../../report/index.ts";
import { EXIT, type ExitCode } from "../../support/error.ts";
import { useColour } from "../output.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { openImages } from "./images.ts";
import { coverageInputs, coverageProject, type InputFlags } from "./inputs.ts";

export interface CoverageMergeFlags extends InputFlags {
  into: string;
  goText?: string;
  combine?: boolean;
}

/** Puts all units and reports of each source into one folder. */
export async function coverageMergeCommand(options: {
  surroundings: Surroundings;
  flags: CoverageMergeFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout, stderr } = surroundings;
  using stop = listenForStop(() => undefined);
  const { signal } = stop;
  const project = await coverageProject({ surroundings, flags, signal });
  const at = (name: string) => path.resolve(environment.cwd, name);
  await using images = openImages({ surroundings, flags, project, signal });
  const merged = await mergeCoverage({
    inputs: await coverageInputs({ surroundings, flags, root: project.root, signal }),
    images: images.exports,
    into: at(flags.into),
    goText: flags.goText === undefined ? undefined : at(flags.goText),
    combine: flags.combine === true,
    force: flags.force === true,
    time: Date.now(),
    signal,
  });
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(merged)}\n`);
    return EXIT.ok;
  }
  const style = createStyle(useColour({ stream: stderr, env: environment.env, flag: flags.color }));
  for (const problem of merged.problems) stderr.write(`${formatProblem(problem, style).join("\n")}\n`);
  for (const { name, folder } of merged.sources)
    stdout.write(`wrote ${path.relative(environment.cwd, folder)}: ${name}\n`);
  if (flags.goText !== undefined) stdout.write(`wrote ${flags.goText}\n`);
  return EXIT.ok;
}
