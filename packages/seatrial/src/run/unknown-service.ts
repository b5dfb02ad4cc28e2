import type { ResolvedCompose } from "../compose/index.ts";
import type { Project, SuiteConfig } from "../config/index.ts";
import { isToolError, ToolError } from "../support/error.ts";

/** The place in the configuration file that names a service which Compose does not know. Another error, or one of no such place, stays as it is. */
export function placeUnknownService(options: {
  error: unknown;
  project: Project;
  compose: ResolvedCompose;
  chosen: readonly SuiteConfig[];
}): unknown {
  const { error, project, compose, chosen } = options;
  if (!isToolError(error, "COMPOSE_UNKNOWN_SERVICE")) return error;
  const mentions = [...chosen.flatMap(mentionsOf), ...entrypointMentions(project)];
  const unknown = mentions.find(({ service }) => compose.services[service] === undefined);
  const found = unknown && project.locate(unknown.path);
  if (found === undefined) return error;
  const { code, hint, exitCode, message } = error;
  return new ToolError({
    code,
    message: `${found.place}: ${message}\n${found.frame}`,
    hint,
    exitCode,
    cause: error,
  });
}

interface Mention {
  service: string;
  path: (string | number)[];
}

function mentionsOf({ name, needs, service }: SuiteConfig): Mention[] {
  const own = service === undefined ? [] : [{ service, path: ["suites", name, "service"] }];
  return [...needs.map((need, index) => ({ service: need, path: ["suites", name, "needs", index] })), ...own];
}

function entrypointMentions({ config }: Project): Mention[] {
  const needs = config.check.entrypoint?.needs ?? [];
  return needs.map((service, index) => ({ service, path: ["check", "entrypoint", "needs", index] }));
}
