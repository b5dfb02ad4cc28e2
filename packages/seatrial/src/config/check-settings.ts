import type { DockerfileSummary } from "./dockerfile/summary.ts";
import type { Environment } from "./environment.ts";
import { mergedEnvironment } from "./environment-values.ts";
import type { Lookup } from "./interpolate.ts";
import type { CheckSettings, EntrypointSettings, Expectation, FileExpectation } from "./project.ts";
import { absolutePath } from "./read-text.ts";
import type { ConfigInput } from "./schema/config.ts";
import { readStructureFile } from "./structure/read.ts";

const DEFAULT_DEADLINE = 60_000;

type CheckInput = NonNullable<ConfigInput["check"]>;

interface CheckSettingsOptions {
  input: ConfigInput["check"];
  dockerfile: DockerfileSummary;
  /** The key of the stage that ships. */
  release: string;
  root: string;
  lookup: Lookup;
  environment: Environment;
}

/** The check section with its defaults, and what env files gave, for redaction. Without the section only secrets are looked for. */
export async function checkSettings(
  options: CheckSettingsOptions,
): Promise<{ check: CheckSettings; fromFiles: Record<string, string>[] }> {
  const { input = {}, root, environment } = options;
  const { entrypoint, fromFiles } = await entrypointSettings(options);
  const structure = await Promise.all(
    (input.structure ?? []).map((file) =>
      readStructureFile({ ...options, path: absolutePath(file, root, environment) }),
    ),
  );
  const sources = input["no-sources"] ?? false;
  const check: CheckSettings = {
    absent: input.absent ?? [],
    noSources:
      typeof sources === "boolean" ? { enabled: sources, globs: [] } : { enabled: true, globs: sources },
    user: input.user,
    maxSizeBytes: input["max-size"],
    secrets: secretSettings(input.secrets),
    entrypoint,
    files: Object.fromEntries(
      Object.entries(input.files ?? {}).map(([path, expected]) => [path, fileExpectation(expected)]),
    ),
    labels: mapValues(input.labels ?? {}, expectation),
    env: mapValues(input.env ?? {}, expectation),
    wasteBytes: input.waste,
    structure,
  };
  return { check, fromFiles: [...fromFiles, ...structure.map(({ options: { env } }) => env)] };
}

async function entrypointSettings(
  options: CheckSettingsOptions,
): Promise<{ entrypoint: EntrypointSettings | undefined; fromFiles: Record<string, string>[] }> {
  const input = options.input?.entrypoint;
  if (input === undefined) return { entrypoint: undefined, fromFiles: [] };
  const { env, fromFiles } = await mergedEnvironment({
    ...options,
    env: input.env,
    envFile: input.env_file,
  });
  const stage = options.dockerfile.stages.find(({ key }) => key === options.release);
  const entrypoint: EntrypointSettings = {
    ready: input.ready,
    ports: input.ports ?? stage?.ports ?? [],
    exit: input.exit,
    deadline: input.deadline ?? DEFAULT_DEADLINE,
    command: input.command,
    env,
    needs: [...new Set(input.needs ?? [])],
  };
  return { entrypoint, fromFiles: [fromFiles] };
}

function secretSettings(input: CheckInput["secrets"]): CheckSettings["secrets"] {
  if (typeof input === "boolean") return { enabled: input, allow: [], allowEmpty: [] };
  return { enabled: true, allow: input?.allow ?? [], allowEmpty: input?.["allow-empty"] ?? [] };
}

function fileExpectation(input: NonNullable<CheckInput["files"]>[string]): FileExpectation {
  if (typeof input === "string") return { present: input === "present" };
  const { mode, user, group, executable } = input;
  return {
    present: true,
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    uid: user === undefined ? undefined : Number(user),
    gid: group === undefined ? undefined : Number(group),
    executable,
  };
}

function expectation(input: NonNullable<CheckInput["labels"]>[string]): Expectation {
  if (input === "absent") return { kind: "absent" };
  if (input === "present" || input === true) return { kind: "present" };
  if (input.matches !== undefined) return { kind: "matches", pattern: input.matches };
  return input.equals === undefined ? { kind: "present" } : { kind: "equals", value: input.equals };
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
