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

/** All Compose services that the project's own configuration names. */
export function projectServices(project: Project): string[] {
  return namedServices({ project, only: [], checks: true }) ?? [];
}

/**
 * The Compose services that Compose is asked for, or undefined where the file need not be read. What it gives to builds as secrets counts
 * for each build and check of the project's image, whatever services they name: another value would be built in, or not looked for.
 */
export function askedServices(
  options: Parameters<typeof namedServices>[0] & { given?: readonly unknown[] | undefined },
): string[] | undefined {
  const named = namedServices(options);
  const { config, composeSecrets } = options.project;
  if (composeSecrets.complete && composeSecrets.services.length === 0) return named;
  if (options.checks !== true || !config.check.secrets.enabled) {
    if ((options.given ?? []).length > 0) return named;
    // There may be none at all: those of services that are active are enough for a build, which says what it lacks.
    if (composeSecrets.services.length === 0) return named ?? [];
  }
  return [...new Set([...(named ?? []), ...projectServices(options.project)])];
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
