import type { OutlineService } from "../compose-outline.ts";
import { type DockerfileStage, findStage } from "../dockerfile/summary.ts";
import { isTestService } from "../guess-suites.ts";
import type { ConfigFacts } from "./facts.ts";

/** The Compose service that the release stage runs as: the one that builds it, else the only one of this Dockerfile that is not there for tests. */
export function appService(facts: ConfigFacts, release: DockerfileStage): OutlineService | undefined {
  const { dockerfile } = facts;
  const own = facts.services.filter(
    (service) => service.build?.dockerfile === dockerfile.path && !isTestService(service, dockerfile),
  );
  const builds = ({ build }: OutlineService) =>
    build?.target === undefined ? dockerfile.stages.at(-1) : findStage(dockerfile, build.target);
  const [only, second] = own;
  return own.find((service) => builds(service) === release) ?? (second === undefined ? only : undefined);
}
