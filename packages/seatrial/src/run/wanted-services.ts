import type { ResolvedCompose } from "../compose/index.ts";
import type { Project, SuiteConfig } from "../config/index.ts";
import { spaceServices } from "./plan-spaces.ts";

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

/** The services that a run is to start, without those that they depend on. Infrastructure that names none is all of them. */
export function wantedServices({ project, compose, chosen, checks, infrastructure }: Wants): string[] {
  const { entrypoint } = project.config.check;
  const needed = [
    ...chosen.flatMap((suite) => [...suite.needs, ...spaceServices(suite, project)]),
    ...(checks === true ? (entrypoint?.needs ?? []) : []),
    ...(infrastructure ?? []),
  ];
  if (infrastructure === undefined || needed.length > 0) return needed;
  return Object.keys(compose?.services ?? {});
}

/** A run that only checks the image has nobody who asks for spaces. */
export function givesSpaces(options: {
  suites?: boolean | undefined;
  infrastructure?: readonly string[] | undefined;
}): boolean {
  return options.suites !== false || options.infrastructure !== undefined;
}
