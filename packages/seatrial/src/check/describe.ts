import type { CheckName } from "../model/index.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { CheckPlan } from "./plan.ts";

/** A check for people. */
export interface CheckDescription {
  name: CheckName;
  /** What the plan asks of it, in a few words; absent: nothing. */
  asked?: string | undefined;
  /** What it does, and what it does not see. */
  explain: string;
}

/** Every check with what the plan asks of it; the halves of a check together. */
export function describeChecks(plan: CheckPlan): CheckDescription[] {
  const names = [...new Set(CATALOGUE.map(({ name }) => name))];
  return names.map((name) => {
    const halves = CATALOGUE.filter((check) => check.name === name);
    return {
      name,
      asked: halves.map((check) => check.asked(plan)).find((asked) => asked !== undefined),
      explain: halves.map(({ explain }) => explain).join(" "),
    };
  });
}
