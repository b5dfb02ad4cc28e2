import { envFilesOf, readEnvFiles } from "./env-files.ts";
import type { Environment } from "./environment.ts";
import type { Lookup } from "./interpolate.ts";
import type { EnvFileInput } from "./schema/suite.ts";
import type { EnvironmentInput } from "./schema/values.ts";

/** An `env:` or `args:` as plain values. A name alone takes its value from the environment, and is left out when there is none. */
export function environmentValues(
  input: EnvironmentInput | undefined,
  lookup: Lookup,
): Record<string, string> {
  const entries = Array.isArray(input)
    ? input.map((entry): [string, string | null] => {
        const equals = entry.indexOf("=");
        return equals < 0 ? [entry, null] : [entry.slice(0, equals), entry.slice(equals + 1)];
      })
    : Object.entries(input ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]): [string, string][] => {
      const text = value === null ? lookup(name) : String(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

export interface MergedEnvironmentOptions {
  env: EnvironmentInput | undefined;
  envFile: EnvFileInput | undefined;
  root: string;
  lookup: Lookup;
  environment: Environment;
}

/** `env_file` and `env` together; `env` wins. `fromFiles` are the values that only the files gave. */
export async function mergedEnvironment(
  options: MergedEnvironmentOptions,
): Promise<{ env: Record<string, string>; fromFiles: Record<string, string> }> {
  const { root, lookup, environment } = options;
  const files = envFilesOf(options.envFile, root, environment);
  const fromFiles = await readEnvFiles({ files, lookup, environment });
  return { env: { ...fromFiles, ...environmentValues(options.env, lookup) }, fromFiles };
}
