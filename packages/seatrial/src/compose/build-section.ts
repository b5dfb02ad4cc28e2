import path from "node:path";
import type { BuildSecret, BuildTarget } from "../model/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { secretsInFile } from "../support/secrets-in-file.ts";
import type { ServiceContext } from "./context.ts";
import { type MaterialRef, readMaterial, variableOf } from "./material.ts";
import { extraHostsOf } from "./security.ts";
import { asList, asPairs, asRecord, asText, asTexts, isBlank } from "./value.ts";

const DROPPED: Record<string, string> = {
  cache_to: "the engine keeps the build cache",
  entitlements: "builds get no rights beyond the engine's own",
  isolation: "it is for Windows containers",
  no_cache: "an unchanged source must give an unchanged image",
  privileged: "builds get no rights beyond the engine's own",
  provenance: "attestations change the digest",
  pull: "base images that the engine holds are used",
  sbom: "attestations change the digest",
  shm_size: "builds run with the engine's own limits",
  tags: "images of a run are known by their id",
  ulimits: "builds run with the engine's own limits",
};

/** A secret that a build is given. */
export interface GivenSecret {
  /** Whose build it is. */
  service: string;
  secret: BuildSecret;
  /** The variable that it comes from, with its value. */
  environment: Record<string, string>;
  /** Why nothing can be built with it: COMPOSE_INVALID, COMPOSE_SOURCE_MISSING or COMPOSE_UNSUPPORTED. */
  missing?: ToolError | undefined;
}

/** A `build` section as a build target, yet without its secrets. `contextTarget` resolves `service:` references to the target that builds them. */
export async function buildTargetOf(
  context: ServiceContext,
  contextTarget: (value: string) => Promise<string>,
): Promise<BuildTarget> {
  const build = asRecord(context.service["build"]);
  for (const [key, why] of Object.entries(DROPPED)) {
    if (!isBlank(build[key])) context.note({ key: `build.${key}`, becomes: "left out", why });
  }
  const folder = asText(build["context"]) ?? ".";
  const inline = asText(build["dockerfile_inline"]);
  return {
    key: `service:${context.name}`,
    context: folder,
    dockerfile: inline === undefined ? dockerfileOf(folder, asText(build["dockerfile"])) : undefined,
    dockerfileInline: inline,
    stage: asText(build["target"]) || undefined,
    args: asPairs(build["args"]),
    secrets: [],
    contexts: await contextsOf(build, contextTarget),
    ssh: sshOf(build["ssh"]),
    platform: platformOf(context, build),
    network: asText(build["network"]),
    extraHosts: extraHostsOf(build["extra_hosts"]),
    labels: asPairs(build["labels"]),
    cacheFrom: asTexts(build["cache_from"]),
  };
}

/** Compose prints the path relative to its context; a remote context keeps it so. */
function dockerfileOf(folder: string, dockerfile: string | undefined): string | undefined {
  return path.isAbsolute(folder) ? path.resolve(folder, dockerfile ?? "Dockerfile") : dockerfile;
}

async function contextsOf(
  build: Record<string, unknown>,
  contextTarget: (value: string) => Promise<string>,
): Promise<Record<string, string>> {
  const contexts: Record<string, string> = {};
  for (const [name, value] of Object.entries(asPairs(build["additional_contexts"]))) {
    contexts[name] = await contextTarget(value);
  }
  return contexts;
}

/** The secrets of a `build` section. Whether it matters that one is not there, who builds knows. */
export async function buildSecretsOf(context: ServiceContext): Promise<GivenSecret[]> {
  const given: GivenSecret[] = [];
  for (const written of asList(asRecord(context.service["build"])["secrets"])) {
    const grant = typeof written === "string" ? { source: written } : asRecord(written);
    const ref = { section: "secrets", name: asText(grant["source"]) ?? "" } as const;
    const entry = context.compose.secrets[ref.name] ?? {};
    const service = context.name;
    const id = asText(grant["target"]) || ref.name;
    const variable = asText(entry["environment"]);
    const missing = await missingValue(context, ref);
    if (variable === undefined) {
      // Of one that is defined elsewhere no file can be named: a check that looks for it says so.
      const file = asText(entry["file"]) ?? `the value of the secret ${ref.name}`;
      const secret: BuildSecret = { id, from: { kind: "file", path: file } };
      given.push({ service, secret, environment: {}, missing });
    } else {
      const environment = missing === undefined ? { [variable]: variableOf(context, ref, variable) } : {};
      given.push({ service, secret: { id, from: { kind: "env", variable } }, environment, missing });
    }
  }
  return given;
}

async function missingValue(context: ServiceContext, ref: MaterialRef): Promise<ToolError | undefined> {
  try {
    const value = await readMaterial(context, ref);
    const isFile = asText(context.compose.secrets[ref.name]?.["file"]) !== undefined;
    // Tools that a build runs print a part of it, not the whole file.
    if (isFile && value.kind === "content") secretsInFile(value.content).forEach(context.secret);
    return undefined;
  } catch (error) {
    if (isToolError(error)) return error;
    throw error;
  }
}

function sshOf(written: unknown): string[] {
  if (Array.isArray(written)) return asTexts(written);
  return Object.entries(asRecord(written)).map(([id, source]) => {
    const text = asText(source);
    return text === undefined ? id : `${id}=${text}`;
  });
}

function platformOf({ service, note }: ServiceContext, build: Record<string, unknown>): string | undefined {
  const platforms = asTexts(build["platforms"]);
  const own = asText(service["platform"]);
  if (platforms.length <= 1) return platforms[0] ?? own;
  note({
    key: "build.platforms",
    becomes: own ?? "the engine's own platform",
    why: "a run tests the image of one platform",
  });
  return own;
}

/** True when a service is built, not pulled. */
export function isBuilt(service: Record<string, unknown>): boolean {
  return !isBlank(service["build"]);
}

/** True when a service's build is given secrets. */
export function hasSecrets(service: Record<string, unknown>): boolean {
  return !isBlank(asRecord(service["build"])["secrets"]);
}
