import type { RunContext, RunPlan } from "../../run/index.ts";
import type { RunFlags } from "../flags.ts";
import type { Session } from "../session.ts";
import { durationOf } from "./duration.ts";
import { createWarmBorrow } from "./warm.ts";

const WARM = "5m";

/** Services that outlive the run; undefined in CI, where nothing may. */
export function openWarm(session: Session, plan: RunPlan, flags: RunFlags): RunContext["borrow"] {
  const { environment, stderr } = session.surroundings;
  const ci = environment.env["CI"] ?? "";
  if (ci !== "" && ci !== "false") {
    stderr.write("! --warm has no effect in CI: nothing outlives a run there\n");
    return undefined;
  }
  const lease = durationOf("--warm", typeof flags.warm === "string" ? flags.warm : WARM);
  return createWarmBorrow({ session, flags, suites: plan.suites.map(({ name }) => name), lease });
}
