import { buildContexts } from "./build-contexts.ts";
import { checkSettings } from "./check-settings.ts";
import { composeSecrets } from "./compose-secrets.ts";
import { coverageSettings } from "./coverage-settings.ts";
import { findStage } from "./dockerfile/summary.ts";
import { describeStage, looksLikeTests } from "./dockerfile/targets.ts";
import type { Environment } from "./environment.ts";
import { findProject } from "./find-project.ts";
import { guessSuites } from "./guess-suites.ts";
import type { Project, ProjectConfig } from "./project.ts";
import { nameOfFolder } from "./project-name.ts";
import { pulledServices } from "./pulled-services.ts";
import { absolutePath } from "./read-text.ts";
import { secretValues } from "./redaction.ts";
import { resolveSuites } from "./resolve-suites.ts";
import { readBuildSecrets } from "./secrets.ts";
import { serviceProfiles } from "./service-profiles.ts";
import { networkSettings, releaseSettings, serviceSettings } from "./settings.ts";
import { spaceSettings } from "./space-settings.ts";
import { readSurroundings } from "./surroundings.ts";
import { resolveTargets } from "./targets.ts";
import type { BuiltinLookup } from "./variables.ts";
import { type Complaint, readWritten } from "./written.ts";

export interface LoadProjectOptions {
  environment: Environment;
  /** Where to begin. Default: the current folder. */
  folder?: string | undefined;
  /** The configuration file itself. */
  file?: string | undefined;
  /** Values such as GIT_SHA, for variables that nobody set. Asked only for names that the configuration mentions. */
  builtin?: BuiltinLookup | undefined;
}

/**
 * Finds, reads, checks and completes a project's configuration; without a `seatrial.yaml`, what its Dockerfile and Compose
 * file say. All mistakes of one kind are one error that names file, line and column of each.
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const { environment, builtin } = options;
  const place = await findProject(options);
  const { root, file } = place;
  const written = await readWritten({ place, environment, builtin });
  const { input, variables, namedFiles, fileValues, warnings, locate } = written;
  const { lookup } = variables;
  const { composeFiles, outline, dockerfile, args } = await readSurroundings({ written, root, environment });

  warnings.push(...dockerfile.warnings);
  const resolved = resolveTargets(input, dockerfile);
  if ("complaints" in resolved) throw written.complain(resolved.complaints, "CONFIG_TARGET_UNKNOWN");
  const { targets } = resolved;
  const shipping = findStage(dockerfile, targets.release);
  if (input.image?.release === undefined && shipping?.name !== undefined && looksLikeTests(shipping.name)) {
    const stage = describeStage(shipping);
    warnings.push(
      `the last stage of ${dockerfile.label}, ${stage}, counts as the one that ships: say image.release`,
    );
  }
  const complaints: Complaint[] = [];
  const spaces = await spaceSettings({
    input: input.spaces,
    targets,
    root,
    lookup,
    environment,
    complain: (complaint) => void complaints.push(complaint),
  });
  if (complaints.length > 0) throw written.complain(complaints, "CONFIG_INVALID");
  const { suites, fromFiles } = await resolveSuites({
    suites: input.suites ?? guessSuites(outline, dockerfile),
    spaces: [...Object.keys(spaces), ...outline.services.map(({ name }) => name)],
    targets,
    dockerfile,
    root,
    lookup,
    environment,
    serviceCommand: (name) => outline.services.find((service) => service.name === name)?.command,
  });
  const coverage = coverageSettings({
    input: input.coverage,
    targets,
    suites,
    services: outline,
    complain: (complaint) => void complaints.push(complaint),
  });
  if (complaints.length > 0) throw written.complain(complaints, "CONFIG_INVALID");
  const build = await readBuildSecrets({
    input: input.image?.secrets,
    root,
    environment,
    lookup,
    placeOf: (path) => locate(path)?.place ?? path.join("."),
  });
  const checked = await checkSettings({
    input: input.check,
    dockerfile,
    release: targets.release,
    root,
    lookup,
    environment,
  });
  const redact = input.redact ?? [];
  const config: ProjectConfig = {
    image: {
      dockerfile: dockerfile.path,
      context: absolutePath(input.image?.context ?? ".", root, environment),
      contexts: buildContexts(input.image?.contexts, (name) => absolutePath(name, root, environment)),
      release: targets.release,
      test: targets.test,
      args,
      secrets: build.secrets,
      secretEnvironment: build.environment,
      missingSecrets: build.missing,
      platform: input.image?.platform,
    },
    services: serviceSettings(input.services),
    spaces,
    network: networkSettings(input.network),
    redact,
    coverage,
    check: checked.check,
    release: releaseSettings(input.release, (name) => absolutePath(name, root, environment)),
  };
  const profiles =
    input.profiles ?? (lookup("COMPOSE_PROFILES") ?? "").split(",").filter((profile) => profile !== "");
  return {
    root,
    name: input.name ?? nameOfFolder(outline.name ?? root),
    file,
    dockerfile,
    composeFiles,
    envFiles: namedFiles?.map(({ path }) => path),
    profiles,
    serviceProfiles: serviceProfiles(outline),
    pulledServices: pulledServices(outline),
    composeSecrets: composeSecrets(outline, profiles),
    config,
    suites,
    secretValues: secretValues({
      build: build.values,
      redact,
      variables,
      suites,
      spaces,
      fromFiles: [fileValues, ...fromFiles, ...checked.fromFiles],
    }),
    usedVariables: variables.used(),
    releaseVariables: written.releaseVariables,
    warnings,
    locate,
  };
}
