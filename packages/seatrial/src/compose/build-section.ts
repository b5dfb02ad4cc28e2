import path from "node:path";
import type { BuildSecret, BuildTarget } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { entryOf, readMaterial, variableOf } from "./material.ts";
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

/** A `build` section as a build target. `contextOf` resolves `service:` references to the target that builds them. */
export async function buildTargetOf(
  context: ServiceContext,
  contextTarget: (value: string) => Promise<string>,
): Promise<{ target: BuildTarget; environment: Record<string, string> }> {
  const build = asRecord(context.service["build"]);
  for (const [key, why] of Object.entries(DROPPED)) {
    if (!isBlank(build[key])) context.note({ key: `build.${key}`, becomes: "left out", why });
  }
  const folder = asText(build["context"]) ?? ".";
  const inline = asText(build["dockerfile_inline"]);
  const { secrets, environment } = await secretsOf(context, build);
  const target: BuildTarget = {
    key: `service:${context.name}`,
    context: folder,
    dockerfile: inline === undefined ? dockerfileOf(folder, asText(build["dockerfile"])) : undefined,
    dockerfileInline: inline,
    stage: asText(build["target"]) || undefined,
    args: asPairs(build["args"]),
    secrets,
    contexts: await contextsOf(build, contextTarget),
    ssh: sshOf(build["ssh"]),
    platform: platformOf(context, build),
    network: asText(build["network"]),
    extraHosts: extraHostsOf(build["extra_hosts"]),
    labels: asPairs(build["labels"]),
    cacheFrom: asTexts(build["cache_from"]),
  };
  return { target, environment };
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

async function secretsOf(
  context: ServiceContext,
  build: Record<string, unknown>,
): Promise<{ secrets: BuildSecret[]; environment: Record<string, string> }> {
  const environment: Record<string, string> = {};
  const secrets: BuildSecret[] = [];
  for (const written of asList(build["secrets"])) {
    const grant = typeof written === "string" ? { source: written } : asRecord(written);
    const ref = { section: "secrets", name: asText(grant["source"]) ?? "" } as const;
    const entry = entryOf(context, ref);
    await readMaterial(context, ref);
    const id = asText(grant["target"]) || ref.name;
    const variable = asText(entry["environment"]);
    if (variable !== undefined) {
      environment[variable] = variableOf(context, ref, variable);
      secrets.push({ id, from: { kind: "env", variable } });
    } else {
      secrets.push({ id, from: { kind: "file", path: asText(entry["file"]) ?? "" } });
    }
  }
  return { secrets, environment };
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
