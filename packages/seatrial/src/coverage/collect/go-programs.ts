import path from "node:path";
import type { Agent, FileDetails } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import { findProgram } from "./find-program.ts";
import type { ProgramEnd } from "./program-end.ts";

/** The paths of a container's Go programs that were built without coverage. */
export async function uncoveredGoPrograms(options: {
  agent: Pick<Agent, "files">;
  end: Pick<ProgramEnd, "argv" | "binaries" | "workingDir" | "env">;
  signal: AbortSignal;
}): Promise<string[]> {
  const { workingDir, binaries } = options.end;
  const place =
    binaries === undefined ? await findProgram(options) : path.posix.resolve(workingDir, binaries);
  const found = place === undefined ? [] : await list(options, place, binaries && ".test");
  return found
    .filter(({ go }) => go !== undefined && go.settings["-cover"] !== "true")
    .map((file) => file.path);
}

async function list(
  { agent, signal }: Parameters<typeof uncoveredGoPrograms>[0],
  place: string,
  suffix: string | undefined,
): Promise<FileDetails[]> {
  try {
    return await agent.files.list(place, { suffix, buildInfo: true, signal });
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}
