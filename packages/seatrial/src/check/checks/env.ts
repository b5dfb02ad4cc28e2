import type { StaticCheck } from "../check.ts";
import { judgeValues } from "./expectation.ts";

/** The variables that the image sets. */
export const env: StaticCheck = {
  name: "env",
  kind: "static",
  explain:
    "Looks at the variables in the image's configuration, those of its base image included. `matches` is an expression for the whole value.",
  asked: (plan) => Object.keys(plan.env).join(", ") || undefined,
  run: ({ plan, index }) =>
    judgeValues({
      what: "variable",
      expected: plan.env,
      values: index.config.env,
      advice: "Variables come from ENV instructions, those of the base image included.",
    }),
};
