import path from "node:path";
import { gatherFacts, proposeConfig, writeConfig } from "../config/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { GlobalFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** Writes `seatrial.yaml` from what the project already has; never over an existing one. */
export async function initCommand(options: {
  surroundings: Surroundings;
  flags: GlobalFlags & { dryRun?: boolean };
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const folder = path.resolve(surroundings.environment.cwd, flags.folder ?? ".");
  const { environment } = surroundings;
  const text = proposeConfig(await gatherFacts({ root: folder, environment }));
  if (flags.dryRun === true) {
    surroundings.stdout.write(text);
    return EXIT.ok;
  }
  const file = await writeConfig({ root: folder, text, environment });
  surroundings.stdout.write(
    `wrote ${path.relative(surroundings.environment.cwd, file) || file}\nnext: seatrial run\n`,
  );
  return EXIT.ok;
}
