import { cliError } from "../errors.ts";
import { durationOf } from "./duration.ts";

interface WarmAndSuites {
  /** True: as long as usual. */
  warm: string | true | undefined;
  suites: string[];
}

/**
 * The time of `test --warm`. What follows after a blank and does not begin with a digit is a suite, as in `test --warm unit`; what
 * follows after `=` never is. Fails with DURATION_INVALID.
 */
export function readWarm({ argv, warm, suites }: WarmAndSuites & { argv: readonly string[] }): WarmAndSuites {
  if (typeof warm !== "string") return { warm, suites };
  const joined = argv.indexOf(`--warm=${warm}`);
  if (joined >= 0) checkTime(warm, joined + 1);
  else if (!/^\d/.test(warm)) return { warm: true, suites: [warm, ...suites] };
  else durationOf("--warm", warm);
  return { warm, suites };
}

function checkTime(time: string, position: number): void {
  try {
    durationOf("--warm", time);
  } catch (cause) {
    throw cliError({
      code: "DURATION_INVALID",
      message: `--warm=${time} (argument ${position} of seatrial) is no length of time.`,
      hint: "Write a number with a unit, such as --warm=5m, --warm=90s or --warm=1h30m; at most 24 days. A suite stands apart: seatrial test --warm unit.",
      cause,
    });
  }
}
