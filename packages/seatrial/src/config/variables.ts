import { passwordIn } from "../support/secrets-in-file.ts";
import type { Lookup } from "./interpolate.ts";
import { looksSecret } from "./secret-name.ts";

/** Finds a variable that nobody set, such as GIT_SHA; asked only for names that the project's files mention. */
export type BuiltinLookup = (name: string) => Promise<string | undefined>;

/** The values that `${…}` can see, and a record of those that were asked for. */
export interface Variables {
  lookup: Lookup;
  /** Asks for the built-in ones among these names, where the environment does not have them. */
  prepare(names: Iterable<string>): Promise<void>;
  /** True when the value comes from the environment of the process and must not be shown. */
  isSecret(name: string): boolean;
  used(): Record<string, string | undefined>;
  secrets(): string[];
}

export interface VariablesOptions {
  env: Record<string, string | undefined>;
  /** From `.env` or `env_file`; the environment wins. */
  fileValues: Record<string, string>;
  builtin?: BuiltinLookup | undefined;
}

/** Variables in Compose's order: the environment, then the project's env file, then the built-in ones. */
export function createVariables(options: VariablesOptions): Variables {
  const { env, fileValues, builtin } = options;
  const builtins = new Map<string, string | undefined>();
  const used = new Map<string, string | undefined>();

  const given = (name: string) => ownValue(env, name) ?? ownValue(fileValues, name) ?? builtins.get(name);
  const isSecret = (name: string) => looksSecret(name) && ownValue(env, name) !== undefined;

  return {
    lookup(name) {
      const value = given(name);
      used.set(name, value);
      return value;
    },
    async prepare(names) {
      const wanted = [...new Set(names)].filter((name) => !builtins.has(name) && given(name) === undefined);
      await Promise.all(wanted.map(async (name) => void builtins.set(name, await builtin?.(name))));
    },
    isSecret,
    used: () => Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1))),
    secrets: () =>
      [...used].flatMap(([name, value]) => {
        if (value === undefined || ownValue(env, name) === undefined) return [];
        if (!isSecret(name)) return passwordIn(value) ?? [];
        // A switch or a small number is no secret, and hiding it would garble everything.
        return /^(true|false|yes|no|on|off|\d{1,6})$/i.test(value) ? [] : [value];
      }),
  };
}

function ownValue(record: Record<string, string | undefined>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
