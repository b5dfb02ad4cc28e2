import type { ComposeOutline, OutlineService } from "./compose-outline.ts";
import { type DockerfileSummary, findStage } from "./dockerfile/summary.ts";
import { looksLikeTests } from "./dockerfile/targets.ts";
import type { SuiteInput } from "./schema/config.ts";

/** The suites of a project that names none: Compose services built from its Dockerfile that are there for tests. */
export function guessSuites(
  outline: ComposeOutline,
  dockerfile: DockerfileSummary,
): Record<string, SuiteInput> {
  const services = outline.services.filter((service) => isTestService(service, dockerfile));
  return Object.fromEntries(services.map((service) => [service.name, { service: service.name }]));
}

/** True for a Compose service that is built from the project's Dockerfile and is there for tests. */
export function isTestService(service: OutlineService, dockerfile: DockerfileSummary): boolean {
  if (service.build === undefined || service.build.dockerfile !== dockerfile.path) return false;
  if (/test/i.test(service.name)) return true;
  const stage = service.build.target === undefined ? undefined : findStage(dockerfile, service.build.target);
  // A dev stage also serves during development; only a name that says tests makes a service a suite.
  return stage?.name !== undefined && looksLikeTests(stage.name) && stage.name.toLowerCase() !== "dev";
}
