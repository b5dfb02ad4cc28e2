import type { SpaceSettings, SuiteConfig } from "./project.ts";
import { secretsOf } from "./secrets.ts";
import type { Variables } from "./variables.ts";

export interface SecretValuesOptions {
  /** Values of build secrets. */
  build: readonly string[];
  /** Names that the project wants hidden. */
  redact: readonly string[];
  variables: Variables;
  suites: readonly SuiteConfig[];
  spaces: Record<string, SpaceSettings>;
  /** What env files gave. */
  fromFiles: readonly Record<string, string>[];
}

/** Every value that must never be shown, once. */
export function secretValues(options: SecretValuesOptions): string[] {
  const { redact, variables, suites, fromFiles } = options;
  const migrations = Object.values(options.spaces).flatMap(({ template }) =>
    template.steps.flatMap((step) => (step.kind === "command" ? [step.env] : [])),
  );
  const environments = [...suites.flatMap((suite) => [suite.env, suite.app?.env ?? {}]), ...migrations];
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
