import { collectBuilds } from "./builds.ts";
import { createContexts } from "./context.ts";
import type { ResolvedCompose } from "./document.ts";
import { activeServices } from "./profiles.ts";
import type { ProjectTarget } from "./project-target.ts";
import { selectServices } from "./selection.ts";
import { asList, asRecord, asText } from "./value.ts";

/**
 * The services that are active, and these with what they depend on: their builds count, whether they are started or not. The order is
 * the file's, whatever is asked for. Names that are not there are left out.
 */
export function builders(compose: ResolvedCompose, further: readonly string[]): string[] {
  const named = further.filter((name) => name in compose.services);
  const all = new Set(selectServices(compose, [...activeServices(compose), ...named]));
  return Object.keys(compose.services).filter((name) => all.has(name));
}

/** The variables that secrets of their builds come from. */
export async function builderVariables(options: {
  compose: ResolvedCompose;
  further: readonly string[];
  projectTargets: readonly ProjectTarget[];
  /** Ids of the secrets that builds of the project's own targets do not take from the file. */
  overridden: readonly string[];
}): Promise<string[]> {
  const { compose, overridden } = options;
  const { contextOf } = createContexts({ compose, environment: {} });
  const { isProjectTarget } = collectBuilds({ ...options, contextOf });
  const variables: string[] = [];
  for (const name of builders(compose, options.further)) {
    for (const { id, variable } of grantsOf(compose, name)) {
      const isTaken = !overridden.includes(id) || !(await isProjectTarget(name));
      if (variable !== undefined && isTaken) variables.push(variable);
    }
  }
  return [...new Set(variables)];
}

function grantsOf({ services, secrets }: ResolvedCompose, name: string) {
  return asList(asRecord(services[name]?.["build"])["secrets"]).map((written) => {
    const grant = asRecord(written);
    const source = asText(written) ?? asText(grant["source"]) ?? "";
    return { id: asText(grant["target"]) || source, variable: asText(secrets[source]?.["environment"]) };
  });
}
