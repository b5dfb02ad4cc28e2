import type { Expectation } from "../../config/index.ts";
import type { CheckCase } from "../check.ts";

/** Judges values by name, as `labels` and `env` expect them. `what` is `label` or `variable`. */
export function judgeValues(options: {
  what: string;
  expected: Record<string, Expectation>;
  values: Record<string, string>;
  advice: string;
}): CheckCase[] {
  const { what, expected, values, advice } = options;
  return Object.entries(expected).map(([key, expectation]) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    const name = `${key} ${describe(expectation)}`;
    const wrong = mistake(expectation, value);
    if (wrong === undefined) return { name, status: "passed" };
    return { name, status: "failed", message: `The ${what} ${key} ${wrong}.\n${advice}` };
  });
}

function describe(expectation: Expectation): string {
  switch (expectation.kind) {
    case "present":
    case "absent":
      return expectation.kind;
    case "equals":
      return `is ${JSON.stringify(expectation.value)}`;
    case "matches":
      return `matches ${expectation.pattern}`;
  }
}

function mistake(expectation: Expectation, value: string | undefined): string | undefined {
  const found = value === undefined ? "is not there" : `is ${JSON.stringify(value)}`;
  switch (expectation.kind) {
    case "present":
      return value === undefined ? found : undefined;
    case "absent":
      return value === undefined ? undefined : `should not be there, and ${found}`;
    case "equals":
      if (value === expectation.value) return undefined;
      return value === undefined ? found : `${found}, not ${JSON.stringify(expectation.value)}`;
    case "matches":
      if (value === undefined) return found;
      return matches(value, expectation.pattern)
        ? undefined
        : `${found}, which does not match ${expectation.pattern}`;
  }
}

/** An expression that is none matches nothing. */
function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "s").test(value);
  } catch {
    return false;
  }
}
