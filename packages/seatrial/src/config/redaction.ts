import type { SuiteConfig } from "./project.ts";
import { secretsOf } from "./secrets.ts";
import type { Variables } from "./variables.ts";

export interface SecretValuesOptions {
  /** Values of build secrets. */
  build: readonly string[];
  /** Names that the project wants hidden. */
  redact: readonly string[];
  variables: Variables;
  suites: readonly SuiteConfig[];
  /** What env files gave. */
  fromFiles: readonly Record<string, string>[];
}

/** Every value that must never be shown, once. */
export function secretValues(options: SecretValuesOptions): string[] {
  const { redact, variables, suites, fromFiles } = options;
  const environments = suites.flatMap((suite) => [suite.env, suite.app?.env ?? {}]);
  const byName = redact.flatMap((name) => [
    variables.lookup(name),
    ...[...fromFiles, ...environments].map((values) => values[name]),
  ]);
  const all = [
    ...options.build,
    ...byName,
    ...variables.secrets(),
    ...fromFiles.flatMap((values) => secretsOf(values)),
  ];
  return [...new Set(all)].filter((value): value is string => value !== undefined && value !== "");
}
