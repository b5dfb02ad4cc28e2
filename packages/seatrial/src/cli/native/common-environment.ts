import type { SuiteSpec } from "../../model/index.ts";

/** What programs that are of no suite have for configuration files: the variables of all suites, without those that two say differently. */
export function commonEnvironment(suites: readonly Pick<SuiteSpec, "env">[]): Record<string, string> {
  const entries = suites.flatMap(({ env }) => Object.entries(env));
  const agreed = entries.filter(([name, value]) =>
    entries.every(([other, its]) => other !== name || its === value),
  );
  return Object.fromEntries(agreed);
}
