import type { Problem } from "../../model/index.ts";
import { coverageProblem } from "../errors.ts";

/** A report ends with totals; one of a program that ran has something in them. */
const NOTHING_REACHED = /"totals":\{.*?"functions":\{"count":[1-9]\d*,"covered":0,/s;
const END = 2_000;

/** What LLVM does not say: profiles of other programs than those that it was shown read as if these had never run. */
export function unreachedBinaries(report: string): Problem[] {
  if (!NOTHING_REACHED.test(report.slice(-END))) return [];
  return [
    coverageProblem({
      code: "COVERAGE_PROFILE_INVALID",
      message: "By LLVM's profiles no function of the binaries ran: they are of another build, or other ones",
      hint: "Name the very image that ran with --image; coverage.llvm.binaries names the programs that did.",
    }),
  ];
}
