import type { BuildSecret } from "../model/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { passwordIn, secretsInFile } from "../support/secrets-in-file.ts";
import type { Environment } from "./environment.ts";
import { configError } from "./errors.ts";
import type { Lookup } from "./interpolate.ts";
import { absolutePath, readText } from "./read-text.ts";
import type { ImageInput } from "./schema/config.ts";
import { looksSecret } from "./secret-name.ts";
import type { Path } from "./yaml/tree.ts";

export interface BuildSecretsOptions {
  input: ImageInput["secrets"];
  root: string;
  environment: Environment;
  lookup: Lookup;
  placeOf: (path: Path) => string;
}

/** A build's secrets as the builder takes them. */
export interface BuildSecrets {
  secrets: BuildSecret[];
  /** The variables that they come from, wherever those are set: the builder sees no env file. */
  environment: Record<string, string>;
  /** For redaction. */
  values: string[];
  /** SECRET_NOT_FOUND for each that is not there. */
  missing: ToolError[];
}

/** Finds the build's secrets. Only who builds needs them all: what is missing is handed on. */
export async function readBuildSecrets(options: BuildSecretsOptions): Promise<BuildSecrets> {
  const { root, environment, lookup, placeOf } = options;
  const secrets: BuildSecret[] = [];
  const found: Record<string, string> = {};
  const values: string[] = [];
  const missing: ToolError[] = [];
  for (const [id, { file, env }] of Object.entries(options.input ?? {})) {
    if (env !== undefined) {
      secrets.push({ id, from: { kind: "env", variable: env } });
      const value = lookup(env);
      if (value === undefined) {
        missing.push(
          configError({
            code: "SECRET_NOT_FOUND",
            message: `${placeOf(["image", "secrets", id, "env"])}: the build secret ${id} comes from ${env}, which is not set`,
            hint: `set ${env} in the environment or in the project's env file`,
          }),
        );
      } else {
        values.push(value);
        found[env] = value;
      }
    } else if (file !== undefined) {
      const path = absolutePath(file, root, environment);
      secrets.push({ id, from: { kind: "file", path } });
      try {
        const { text } = await readText({
          path,
          environment,
          missing: "SECRET_NOT_FOUND",
          unreadable: "SECRET_NOT_FOUND",
          hint: `${placeOf(["image", "secrets", id, "file"])}: the build secret ${id} comes from this file`,
        });
        values.push(text.trim(), ...secretsInFile(text));
      } catch (error) {
        if (!isToolError(error)) throw error;
        missing.push(error);
      }
    }
  }
  return { secrets, environment: found, values, missing };
}

/**
 * Of the values of an environment, those to hide: by name, except what is plainly no secret, such as a word. `always` are names that
 * the project wants hidden whatever they hold.
 */
export function secretsOf(values: Record<string, string>, always: readonly string[] = []): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (always.includes(name)) return [value];
    if (looksSecret(name)) return isOrdinary(value) ? [] : [value];
    return [passwordIn(value) ?? []].flat().filter((password) => !isOrdinary(password));
  });
}

/** Hiding `true`, a port or `postgres` wherever it occurs would garble everything and protect nothing. */
function isOrdinary(value: string): boolean {
  return /^([a-z]{1,12}|\d{1,6})$/i.test(value);
}
