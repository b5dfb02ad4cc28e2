import type { StaticCheck } from "../check.ts";
import { judgeValues } from "./expectation.ts";

/** The image's labels. */
export const labels: StaticCheck = {
  name: "labels",
  kind: "static",
  explain:
    "Looks at the labels in the image's configuration, those of its base image included. `matches` is an expression for the whole value.",
  asked: (plan) => Object.keys(plan.labels).join(", ") || undefined,
  run: ({ plan, index }) =>
    judgeValues({
      what: "label",
      expected: plan.labels,
      values: index.config.labels,
      advice: "Labels come from LABEL instructions, those of the base image included.",
    }),
};
