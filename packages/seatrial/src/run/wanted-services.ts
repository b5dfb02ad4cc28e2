import { activeServices, type ResolvedCompose } from "../compose/index.ts";
import type { Project, SuiteConfig } from "../config/index.ts";
import { selectSuites } from "../suites/index.ts";
import { spaceServices, stepServices } from "./plan-spaces.ts";

/** What a run is for, as far as services are concerned. */
export interface Wants {
  project: Project;
  compose?: ResolvedCompose | undefined;
  /** The suites that are run. */
  chosen: readonly SuiteConfig[];
  /** Whether the release image is checked. */
  checks?: boolean | undefined;
  /** Services that are wanted for their own sake. */
  infrastructure?: readonly string[] | undefined;
}

/** The services that a run is to start, without those that they depend on. Infrastructure that names none is all that are active. */
export function wantedServices({ project, compose, chosen, checks, infrastructure }: Wants): string[] {
  const needed = neededServices({ project, chosen, checks, infrastructure });
  if (infrastructure === undefined || needed.length > 0 || compose === undefined) return needed;
  return activeServices(compose);
}

function neededServices({ project, chosen, checks, infrastructure }: Omit<Wants, "compose">): string[] {
  const { entrypoint } = project.config.check;
  return [
    ...chosen.flatMap((suite) => [...suite.needs, ...spaceServices(suite, project)]),
    ...(checks === true ? (entrypoint?.needs ?? []) : []),
    ...(infrastructure ?? []),
  ];
}

/** The Compose services that a plan names, or undefined where it has to do with none: the file need not be read then. */
export function namedServices(
  options: Omit<Wants, "compose" | "chosen"> & { only: readonly string[]; suites?: boolean | undefined },
): string[] | undefined {
  const { project, infrastructure } = options;
  const chosen = chosenSuites(options);
  const named = [
    ...neededServices({ ...options, chosen }),
    ...chosen.flatMap(({ service }) => service ?? []),
  ];
  if (named.length === 0 && infrastructure === undefined) return undefined;
  return [...new Set([...named, ...stepServices(project).map(({ service }) => service)])];
}

/** The suites that a run is asked for. Fails with SUITE_UNKNOWN. */
export function chosenSuites(options: {
  project: Project;
  only: readonly string[];
  suites?: boolean | undefined;
}): SuiteConfig[] {
  return options.suites === false ? [] : selectSuites(options.project.suites, options.only);
}

/** A run that only checks the image has nobody who asks for spaces. */
export function givesSpaces(options: {
  suites?: boolean | undefined;
  infrastructure?: readonly string[] | undefined;
}): boolean {
  return options.suites !== false || options.infrastructure !== undefined;
}
