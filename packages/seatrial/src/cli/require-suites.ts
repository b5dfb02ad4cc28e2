import type { RunPlan } from "../run/index.ts";
import { cliError } from "./errors.ts";

/** Fails with NO_SUITES when there is nothing to test. */
export function requireSuites(plan: RunPlan): void {
  if (plan.suites.length > 0) return;
  throw cliError({
    code: "NO_SUITES",
    message: `The project ${plan.project} in ${plan.root} names no suites, and none could be guessed.`,
    hint: "Describe them in seatrial.yaml (`seatrial init` writes a first one), or use `seatrial build` to build only.",
  });
}
