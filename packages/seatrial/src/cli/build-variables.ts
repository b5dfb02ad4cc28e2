import { builderVariables } from "../compose/index.ts";
import type { Project } from "../config/index.ts";
import { projectServices } from "../run/index.ts";
import { isToolError } from "../support/error.ts";
import { resolveProjectCompose } from "./open-session.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * The variables that secrets of builds come from: of the project's own and of those in its Compose files. Compose is only asked where the
 * files themselves do not tell; where it cannot be, a warning says so.
 */
export async function buildVariables(options: {
  project: Project;
  surroundings: Surroundings;
  signal: AbortSignal;
}): Promise<{ variables: string[]; warnings: string[] }> {
  const { project } = options;
  const own = project.config.image.secrets.flatMap(({ from }) =>
    from.kind === "env" ? [from.variable] : [],
  );
  const needed = projectServices(project);
  const told = (further: readonly string[]) => [...new Set([...own, ...further])];
  if (project.composeSecrets.complete)
    return { variables: told(writtenVariables(project, needed)), warnings: [] };
  try {
    const compose = await resolveProjectCompose({ ...options, needed });
    return { variables: told(compose === undefined ? [] : builderVariables(compose, needed)), warnings: [] };
  } catch (error) {
    if (!isToolError(error)) throw error;
    const warning = `which secrets the Compose file gives to builds, \`docker compose config\` could not be asked (${error.code}): give the jobs the variables of those that it includes or extends`;
    return { variables: told(writtenVariables(project, needed)), warnings: [warning] };
  }
}

/** Those of active services, and of the ones that are needed. */
function writtenVariables(project: Project, needed: readonly string[]): string[] {
  const active = [...project.profiles, ...needed.flatMap((name) => project.serviceProfiles[name] ?? [])];
  return project.composeSecrets.services.flatMap(({ name, profiles, variables }) => {
    const isActive =
      profiles.length === 0 || active.includes("*") || profiles.some((each) => active.includes(each));
    return isActive || needed.includes(name) ? variables : [];
  });
}
