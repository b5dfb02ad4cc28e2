import { builderVariables } from "../compose/index.ts";
import type { Project } from "../config/index.ts";
import { projectServices, projectTargets } from "../run/index.ts";
import { isToolError } from "../support/error.ts";
import { resolveProjectCompose } from "./open-session.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * The variables that secrets of builds come from: of the project's own and of those in its Compose files, as far as these are not said
 * otherwise. Compose is only asked where the files themselves do not tell; where it cannot be, a warning says so.
 */
export async function buildVariables(options: {
  project: Project;
  surroundings: Surroundings;
  signal: AbortSignal;
}): Promise<{ variables: string[]; warnings: string[] }> {
  const { project } = options;
  const { secrets } = project.config.image;
  const own = secrets.flatMap(({ from }) => (from.kind === "env" ? [from.variable] : []));
  const overridden = secrets.map(({ id }) => id);
  const needed = projectServices(project);
  const told = (further: readonly string[]) => [...new Set([...own, ...further])];
  const builds = writtenBuilds(project, needed);
  const written = told(builds.flatMap(({ variables }) => variables));
  // Whether a build is the project's own, which image.secrets is for, only Compose knows.
  const unsure = builds.filter(
    ({ ids, variables }) => variables.length > 0 && ids.some((id) => overridden.includes(id)),
  );
  if (project.composeSecrets.complete && unsure.length === 0) return { variables: written, warnings: [] };
  try {
    const compose = await resolveProjectCompose({ ...options, needed });
    if (compose === undefined) return { variables: told([]), warnings: [] };
    const targets = projectTargets(project);
    return {
      variables: told(
        await builderVariables({ compose, further: needed, projectTargets: targets, overridden }),
      ),
      warnings: [],
    };
  } catch (error) {
    if (!isToolError(error)) throw error;
    return { variables: written, warnings: [warning(project, { code: error.code, unsure })] };
  }
}

type Build = Project["composeSecrets"]["services"][number];

function warning(
  { composeSecrets }: Project,
  { code, unsure }: { code: string; unsure: readonly Build[] },
): string {
  const names = [...new Set(unsure.flatMap(({ variables }) => variables))].join(", ");
  const advice = [
    ...(composeSecrets.complete ? [] : ["give the jobs the variables of those that it includes or extends"]),
    ...(names === ""
      ? []
      : [
          `leave out ${names} if only builds of the project's own stages take it: image.secrets says otherwise`,
        ]),
  ];
  return `which secrets the Compose file gives to builds, \`docker compose config\` could not be asked (${code}): ${advice.join(", and ")}`;
}

/** Those of active services, and of the ones that are needed, with what they depend on. */
function writtenBuilds({ composeSecrets }: Project, needed: readonly string[]): Build[] {
  return composeSecrets.services.filter(
    ({ isActive, neededBy }) => isActive || neededBy.some((name) => needed.includes(name)),
  );
}
