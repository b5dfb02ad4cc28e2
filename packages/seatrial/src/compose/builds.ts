import { isDeepStrictEqual } from "node:util";
import type { BuildSecret, BuildTarget } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import { buildSecretsOf, buildTargetOf, type GivenSecret, hasSecrets, isBuilt } from "./build-section.ts";
import type { ServiceContext } from "./context.ts";
import { cycleError } from "./diagnosis.ts";
import { nameFiles, type ResolvedCompose } from "./document.ts";
import { composeError } from "./errors.ts";
import { matchProjectTarget, type ProjectTarget, sharesSteps } from "./project-target.ts";
import { asText } from "./value.ts";

export interface Builds {
  /** What must be built beside the project's own targets, references first. */
  targets: BuildTarget[];
  /** The keys of the project's own targets that services use. */
  projectTargets: Set<string>;
  /** Secrets of builds of the project's own targets, as far as they were taken. Of those with one id the first can be built with. */
  projectSecrets: GivenSecret[];
  /** Secrets of other builds that may have steps in common with them, as far as they were taken. */
  neighborSecrets: BuildSecret[];
  /** Variables that the build needs and the environment lacks: secrets from `.env`. */
  environment: Record<string, string>;
  /** The key that a service's image is built as; undefined for one that is pulled. */
  keyOf(service: string): Promise<string | undefined>;
  /**
   * Takes the secrets of a service's build: into `projectSecrets` where it is one of the project's own targets, into `neighborSecrets`
   * where it may have steps in common with them. It is not built for that.
   */
  takeSecrets(service: string): Promise<void>;
  /** Whether a service's build is one of the project's own targets. It is not built for that. */
  isProjectTarget(service: string): Promise<boolean>;
}

/** Collects build sections as they are asked for. Equal ones are built once, and so are those that the project builds itself. */
export function collectBuilds(options: {
  compose: ResolvedCompose;
  projectTargets: readonly ProjectTarget[];
  contextOf: (service: string) => ServiceContext;
}): Builds {
  const { compose, projectTargets, contextOf } = options;
  const known = new Map<string, string>();
  const open: string[] = [];
  const builds: Builds = {
    targets: [],
    projectTargets: new Set(),
    projectSecrets: [],
    neighborSecrets: [],
    environment: {},
    keyOf,
    takeSecrets,
    isProjectTarget: async (name) => (await unbuiltTarget(name)).own !== undefined,
  };

  async function keyOf(name: string): Promise<string | undefined> {
    const key = known.get(name);
    if (key !== undefined || !isBuilt(compose.services[name] ?? {})) return key;
    if (open.includes(name)) {
      throw cycleError({ cycle: [...open.slice(open.indexOf(name)), name], file: nameFiles(compose) });
    }
    open.push(name);
    const added = await add(contextOf(name));
    open.pop();
    known.set(name, added);
    return added;
  }

  async function add(context: ServiceContext): Promise<string> {
    const target = await buildTargetOf(context, (value) => contextTarget(value, keyOf));
    const own = matchProjectTarget(context, { target, projectTargets });
    if (own !== undefined) {
      builds.projectTargets.add(own);
      return own;
    }
    const secrets = await buildSecretsOf(context);
    const built = { ...target, secrets: secrets.map(({ secret }) => secret) };
    for (const { missing, environment } of secrets) {
      if (missing !== undefined) throw missing;
      Object.assign(builds.environment, environment);
    }
    const twin = builds.targets.find((other) => isSame(other, built));
    if (twin !== undefined) return twin.key;
    builds.targets.push(built);
    return built.key;
  }

  async function takeSecrets(name: string): Promise<void> {
    if (!hasSecrets(compose.services[name] ?? {})) return;
    const { target, own } = await unbuiltTarget(name);
    if (own === undefined && !sharesSteps(target, projectTargets)) return;
    for (const each of await buildSecretsOf(contextOf(name))) {
      if (own === undefined) builds.neighborSecrets.push(each.secret);
      else takeSecret(each);
      Object.assign(builds.environment, each.environment);
    }
  }

  function takeSecret(given: GivenSecret): void {
    const known = builds.projectSecrets.filter(({ secret }) => secret.id === given.secret.id);
    if (known.some(({ secret }) => isDeepStrictEqual(secret, given.secret))) return;
    const missing = known[0] === undefined ? given.missing : contradiction(known[0], given);
    builds.projectSecrets.push({ ...given, missing });
  }

  function contradiction(first: GivenSecret, other: GivenSecret): ToolError {
    const { id } = first.secret;
    return composeError({
      code: "COMPOSE_INVALID",
      message: `The services ${first.service} and ${other.service} (${nameFiles(compose)}) give the build secret ${id} from different sources to builds of the project's image, which share steps.`,
      hint: `Give both the same source, or one of them another id (\`target:\`), or say under image.secrets where ${id} comes from.`,
    });
  }

  /** What a service's build is, and which of the project's own targets. It is not built for that. */
  async function unbuiltTarget(name: string, from: readonly string[] = []) {
    // What is not built here is not done differently either.
    const context: ServiceContext = { ...contextOf(name), note: () => undefined };
    const open = [...from, name];
    const target = await buildTargetOf(context, (value) =>
      contextTarget(value, async (other) => {
        if (!isBuilt(compose.services[other] ?? {})) return undefined;
        const key = known.get(other) ?? `service:${other}`;
        // A cycle is for who builds it to tell.
        return known.has(other) || open.includes(other)
          ? key
          : ((await unbuiltTarget(other, open)).own ?? key);
      }),
    );
    return { target, own: matchProjectTarget(context, { target, projectTargets }) };
  }

  async function contextTarget(value: string, builtAs: Builds["keyOf"]): Promise<string> {
    const service = /^service:(.*)$/.exec(value)?.[1];
    if (service === undefined) return value;
    const key = await builtAs(service);
    return key === undefined
      ? `docker-image://${asText(compose.services[service]?.["image"]) ?? service}`
      : `target:${key}`;
  }

  return builds;
}

function isSame(a: BuildTarget, b: BuildTarget): boolean {
  return JSON.stringify({ ...a, key: "" }) === JSON.stringify({ ...b, key: "" });
}
