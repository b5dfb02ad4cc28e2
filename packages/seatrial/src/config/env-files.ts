import { isToolError } from "../support/error.ts";
import { parseEnvFile } from "./env-file.ts";
import type { Environment } from "./environment.ts";
import type { Lookup } from "./interpolate.ts";
import { mistakesError } from "./mistake.ts";
import { absolutePath, readText } from "./read-text.ts";
import type { EnvFileInput } from "./schema/suite.ts";

/** An env file to read. */
export interface EnvFile {
  /** Absolute. */
  path: string;
  /** A missing file is an error. */
  required: boolean;
  raw: boolean;
}

/** The files that an `env_file:` names. */
export function envFilesOf(
  input: EnvFileInput | undefined,
  folder: string,
  environment: Environment,
): EnvFile[] {
  return (input ?? []).map((entry) => {
    const { path, required = true, format } = typeof entry === "string" ? { path: entry } : entry;
    return { path: absolutePath(path, folder, environment), required, raw: format === "raw" };
  });
}

/**
 * The values of env files, later files over earlier ones. Fails with ENV_FILE_NOT_FOUND, ENV_FILE_UNREADABLE or
 * ENV_FILE_INVALID, which names the line.
 */
export async function readEnvFiles(options: {
  files: readonly EnvFile[];
  lookup: Lookup;
  environment: Environment;
}): Promise<Record<string, string>> {
  const all = new Map<string, string>();
  for (const file of options.files) {
    const values = await readEnvFile(
      file,
      (name) => options.lookup(name) ?? all.get(name),
      options.environment,
    );
    for (const [name, value] of Object.entries(values)) all.set(name, value);
  }
  return Object.fromEntries(all);
}

async function readEnvFile(
  file: EnvFile,
  lookup: Lookup,
  environment: Environment,
): Promise<Record<string, string>> {
  try {
    const source = await readText({
      path: file.path,
      environment,
      missing: "ENV_FILE_NOT_FOUND",
      unreadable: "ENV_FILE_UNREADABLE",
      hint: "create it, correct env_file, or say required: false for a file that may be missing",
    });
    const { values, mistakes } = parseEnvFile({ text: source.text, lookup, raw: file.raw });
    if (mistakes.length > 0)
      throw mistakesError({ source, mistakes, code: "ENV_FILE_INVALID", secret: true });
    return values;
  } catch (error) {
    if (!file.required && isToolError(error, "ENV_FILE_NOT_FOUND")) return {};
    throw error;
  }
}
