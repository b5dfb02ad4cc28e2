import type { ExitCode } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import type { Surroundings } from "../surroundings.ts";

export interface CoveragePullFlags extends GlobalFlags {
  from: string;
  run?: string;
  service?: string;
  into?: string;
  units?: string;
  wait?: string;
  incomplete?: boolean;
  json?: boolean;
  quiet?: boolean;
  dryRun?: boolean;
}

/** Fetches units of coverage from storage into a folder. */
export async function coveragePullCommand(_options: {
  surroundings: Surroundings;
  flags: CoveragePullFlags;
}): Promise<ExitCode> {
  throw cliError({ code: "COMMAND_NOT_STARTED", message: "coverage pull is not there yet." });
}
