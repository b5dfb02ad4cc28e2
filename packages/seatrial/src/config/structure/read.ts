import { checkTree } from "../check-config.ts";
import { readEnvFiles } from "../env-files.ts";
import type { Environment } from "../environment.ts";
import type { Lookup } from "../interpolate.ts";
import { type Mistake, mistakesError } from "../mistake.ts";
import { absolutePath, readText } from "../read-text.ts";
import type { Source } from "../source.ts";
import { readYaml } from "../yaml/document.ts";
import { type Path, readTree } from "../yaml/tree.ts";
import type { RunOptions, StructureFile } from "./file.ts";
import { type StructureInput, structureSchema } from "./schema.ts";

export interface ReadStructureOptions {
  /** Absolute. */
  path: string;
  /** The project's folder: its own `envFile` is relative to it. */
  root: string;
  lookup: Lookup;
  environment: Environment;
}

/** Reads a file of container-structure-test, YAML or JSON. All its mistakes are one STRUCTURE_INVALID, each with its place. */
export async function readStructureFile(options: ReadStructureOptions): Promise<StructureFile> {
  const source = await readText({
    path: options.path,
    environment: options.environment,
    missing: "STRUCTURE_NOT_FOUND",
    unreadable: "STRUCTURE_INVALID",
    hint: "correct the path in check.structure; it is relative to the project's folder",
  });
  const { input, place } = checkSource(source);
  const runOptions = await resolveRunOptions(input, { ...options, source, place });
  return toFile(input, { source, runOptions });
}

type Placer = (path: Path) => { start: number; end: number };

function checkSource(source: Source): { input: StructureInput; place: Placer } {
  const document = readYaml(source.text);
  const tree = readTree({
    text: source.text,
    document,
    fill: (text) => ({ text, showable: true }),
    keepsNull: () => false,
  });
  const mistakes: Mistake[] = [...document.mistakes, ...tree.mistakes];
  const checked = mistakes.length > 0 ? { mistakes } : checkTree(tree, structureSchema);
  if ("value" in checked) mistakes.push(...ruleMistakes(checked.value, tree.locate));
  else if (checked.mistakes !== mistakes) mistakes.push(...checked.mistakes);
  if (mistakes.length > 0 || !("value" in checked))
    throw mistakesError({ source, mistakes, code: "STRUCTURE_INVALID" });
  return { input: checked.value, place: tree.locate };
}

/** What no schema says. */
function ruleMistakes(input: StructureInput, place: Placer): Mistake[] {
  const counts = [
    input.commandTests,
    input.fileExistenceTests,
    input.fileContentTests,
    input.licenseTests,
  ].map((tests) => tests?.length ?? 0);
  const isEmpty = counts.every((count) => count === 0) && Object.keys(input.metadataTest ?? {}).length === 0;
  return isEmpty ? [{ ...place(["schemaVersion"]), message: "there is no test in this file" }] : [];
}

async function resolveRunOptions(
  { containerRunOptions: input = {} }: StructureInput,
  options: ReadStructureOptions & { source: Source; place: Placer },
): Promise<RunOptions> {
  const { root, lookup, environment, source, place } = options;
  const files = input.envFile === undefined ? [] : [absolutePath(input.envFile, root, environment)];
  const env = await readEnvFiles({
    files: files.map((path) => ({ path, required: true, raw: false })),
    lookup,
    environment,
  });
  const unset: Mistake[] = [];
  for (const [index, name] of (input.envVars ?? []).entries()) {
    const value = lookup(name);
    if (value !== undefined) env[name] = value;
    else {
      const span = place(["containerRunOptions", "envVars", index]);
      unset.push({ ...span, message: `the variable ${name} is not set` });
    }
  }
  if (unset.length > 0) throw mistakesError({ source, mistakes: unset, code: "STRUCTURE_INVALID" });
  return {
    user: input.user,
    privileged: input.privileged ?? false,
    terminal: input.allocateTty ?? false,
    env,
    capabilities: input.capabilities ?? [],
    mounts: (input.bindMounts ?? []).map((mount) => {
      const [path = "", target = ""] = mount.split(":");
      return { source: path, target };
    }),
  };
}

function toFile(
  input: StructureInput,
  { source, runOptions }: { source: Source; runOptions: RunOptions },
): StructureFile {
  const { metadataTest: metadata } = input;
  // Only in YAML the tool has defaults of its own; in JSON what is missing is what Go makes of it.
  const defaults = source.path.endsWith(".json")
    ? { shouldExist: false, owner: 0 }
    : { shouldExist: true, owner: ANY_OWNER };
  return {
    path: source.path,
    label: source.label,
    env: variables(input.globalEnvVars),
    commands: (input.commandTests ?? []).map((test) => ({
      name: test.name ?? "",
      setup: test.setup ?? [],
      env: variables(test.envVars),
      argv: [test.command ?? "", ...(test.args ?? [])],
      exitCode: test.exitCode ?? 0,
      expectedOutput: test.expectedOutput ?? [],
      excludedOutput: test.excludedOutput ?? [],
      expectedError: test.expectedError ?? [],
      excludedError: test.excludedError ?? [],
    })),
    existence: (input.fileExistenceTests ?? []).map((test) => ({
      ...test,
      name: test.name ?? "",
      path: test.path ?? "",
      shouldExist: test.shouldExist ?? defaults.shouldExist,
      uid: ownerOf(test.uid ?? defaults.owner),
      gid: ownerOf(test.gid ?? defaults.owner),
      permissions: test.permissions || undefined,
    })),
    contents: (input.fileContentTests ?? []).map((test) => ({
      name: test.name ?? "",
      path: test.path ?? "",
      expectedContents: test.expectedContents ?? [],
      excludedContents: test.excludedContents ?? [],
    })),
    metadata: metadata && {
      envVars: values(metadata.envVars),
      unboundEnvVars: (metadata.unboundEnvVars ?? []).map(({ key }) => key ?? ""),
      labels: values(metadata.labels),
      entrypoint: metadata.entrypoint,
      cmd: metadata.cmd,
      exposedPorts: metadata.exposedPorts ?? [],
      unexposedPorts: metadata.unexposedPorts ?? [],
      volumes: metadata.volumes ?? [],
      unmountedVolumes: metadata.unmountedVolumes ?? [],
      workdir: metadata.workdir || undefined,
      user: metadata.user || undefined,
    },
    licenses: (input.licenseTests ?? []).map(({ debian = false, files = [] }) => ({ debian, files })),
    options: runOptions,
  };
}

/** The tool's own word for it. */
const ANY_OWNER = -1;

function ownerOf(id: number): number | undefined {
  return id === ANY_OWNER ? undefined : id;
}

type Pair = { key?: string | undefined; value?: string | undefined };

function variables(pairs: readonly Pair[] = []): { key: string; value: string }[] {
  return pairs.map(({ key = "", value = "" }) => ({ key, value }));
}

function values(pairs: readonly (Pair & { isRegex?: boolean | undefined })[] = []) {
  return pairs.map(({ key = "", value = "", isRegex = false }) => ({ key, value, isRegex }));
}
