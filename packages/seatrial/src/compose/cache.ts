import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../support/make-folder.ts";
import type { ResolvedCompose } from "./document.ts";
import { identifyTool } from "./identity.ts";
import { type ComposeInputs, scanInputs } from "./inputs.ts";
import { digestOf, readPlainFile } from "./plain-file.ts";

/** The kept result, if it still holds, and the way to keep a new one. */
export interface ComposeCache {
  kept?: ResolvedCompose | undefined;
  /** Keeps the result when every input is understood and did not change meanwhile. Never fails: a cache that cannot be written is none. */
  keep(resolved: ResolvedCompose): Promise<void>;
}

interface Entry {
  format: number;
  tool: string;
  /** Digest of the variables that steer docker and Compose themselves. */
  steering: string;
  files: Record<string, string | null>;
  /** Digest of each variable's value; null when it is not set. */
  variables: Record<string, string | null>;
  resolved: ResolvedCompose;
}

/** Raise it with every change of what an entry holds or means. */
const FORMAT = 1;

/**
 * Looks up the result for these files. An entry names everything that it was made from (files by content, variables by
 * value, the tools by path, time and size), so that asking whether it still holds needs no YAML and no child process.
 */
export async function openCache(options: {
  cacheFolder?: string | undefined;
  files: readonly string[];
  projectFolder: string;
  projectName?: string | undefined;
  profiles?: readonly string[] | undefined;
  envFiles?: readonly string[] | undefined;
  env: Record<string, string | undefined>;
}): Promise<ComposeCache> {
  const { cacheFolder, env } = options;
  const tool = cacheFolder === undefined ? undefined : await identifyTool(env);
  // With env files named by the environment, `.env` is not what counts.
  const computed = env["COMPOSE_ENV_FILES"] ?? env["COMPOSE_DISABLE_ENV_FILE"];
  if (cacheFolder === undefined || tool === undefined || computed !== undefined) return NO_CACHE;
  const file = path.join(cacheFolder, `compose-${keyOf(options)}.json`);
  const steering = digestSteering(env);
  const entry = await readEntry(file);
  if (entry?.format === FORMAT && entry.tool === tool && entry.steering === steering) {
    if (await stillHolds(entry, env)) return { kept: entry.resolved, keep: async () => undefined };
  }
  const before = await scanInputs(options);
  if (before === undefined) return NO_CACHE;
  const { files } = before;
  const fresh = { format: FORMAT, tool, steering, files, variables: digestVariables(before, env) };
  return {
    async keep(resolved) {
      if (await stillHolds(fresh, env)) await writeEntry(file, { ...fresh, resolved });
    },
  };
}

const NO_CACHE: ComposeCache = { keep: async () => undefined };

function keyOf(options: Omit<Parameters<typeof openCache>[0], "env">): string {
  const { files, projectFolder, projectName, profiles, envFiles } = options;
  return digestOf(JSON.stringify([files, projectFolder, projectName, profiles, envFiles])).slice(0, 24);
}

function digestSteering(env: Record<string, string | undefined>): string {
  const steering = Object.entries(env).filter(
    ([name, value]) => value !== undefined && /^(COMPOSE_|DOCKER_|XDG_|HOME$)/.test(name),
  );
  return digestOf(JSON.stringify(steering.sort()));
}

function digestVariables(
  inputs: ComposeInputs,
  env: Record<string, string | undefined>,
): Record<string, string | null> {
  return Object.fromEntries(inputs.variables.map((name) => [name, digestValue(env[name])]));
}

function digestValue(value: string | undefined): string | null {
  return value === undefined ? null : digestOf(value);
}

async function stillHolds(
  entry: Pick<Entry, "files" | "variables">,
  env: Record<string, string | undefined>,
): Promise<boolean> {
  if (Object.entries(entry.variables).some(([name, digest]) => digestValue(env[name]) !== digest))
    return false;
  const same = await Promise.all(
    Object.entries(entry.files).map(async ([file, digest]) => {
      const content = await readPlainFile(file);
      if (content === "strange") return false;
      return (content === undefined ? null : digestOf(content)) === digest;
    }),
  );
  return !same.includes(false);
}

async function readEntry(file: string): Promise<Entry | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Entry;
  } catch {
    // Not there, or not whole: the same as never kept.
    return undefined;
  }
}

async function writeEntry(file: string, entry: Entry): Promise<void> {
  const fresh = `${file}.${randomBytes(4).toString("hex")}`;
  try {
    await makeFolder(path.dirname(file));
    // Inlined environment values may be secret: for the owner only.
    await writeFile(fresh, JSON.stringify(entry), { mode: 0o600 });
    await rename(fresh, file);
  } catch {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}
