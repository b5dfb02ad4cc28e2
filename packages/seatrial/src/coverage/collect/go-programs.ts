import path from "node:path";
import type { Agent, FileDetails } from "../../agent/index.ts";
import { isToolError } from "../../support/error.ts";
import type { GoPrograms } from "./diagnose.ts";
import type { ProgramEnd } from "./program-end.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Which programs of a container are Go's, and whether they were built with coverage. */
export async function goPrograms(options: {
  agent: Pick<Agent, "files">;
  end: Pick<ProgramEnd, "argv" | "binaries" | "workingDir" | "env">;
  signal: AbortSignal;
}): Promise<GoPrograms> {
  const { end } = options;
  const found =
    end.binaries === undefined
      ? await programOf(options)
      : await list(options, path.posix.resolve(end.workingDir, end.binaries), ".test");
  const go = found.filter((file) => file.go !== undefined);
  const isCovered = ({ go: info }: FileDetails) => info?.settings["-cover"] === "true";
  return {
    plain: go.filter((file) => !isCovered(file)).map((file) => file.path),
    covered: go.filter(isCovered).map((file) => file.path),
  };
}

type Options = Parameters<typeof goPrograms>[0];

async function programOf(options: Options): Promise<FileDetails[]> {
  const { argv, workingDir, env } = options.end;
  const [word = ""] = argv;
  if (word === "") return [];
  const places = word.includes("/")
    ? [path.posix.resolve(workingDir, word)]
    : (env["PATH"] ?? PATH).split(":").map((folder) => path.posix.join(folder || ".", word));
  for (const place of places) {
    const found = await options.agent.files.stat(place, options.signal);
    if (found?.kind === "file") return await list(options, place);
  }
  return [];
}

async function list({ agent, signal }: Options, place: string, suffix?: string): Promise<FileDetails[]> {
  try {
    return await agent.files.list(place, { suffix, buildInfo: true, signal });
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}
