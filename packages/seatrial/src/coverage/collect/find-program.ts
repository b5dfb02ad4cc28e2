import path from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { ProgramEnd } from "./program-end.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The file of a container's program, looked for as the container does; undefined when it has none, or several. */
export async function findProgram(options: {
  agent: Pick<Agent, "files">;
  end: Pick<ProgramEnd, "argv" | "workingDir" | "env">;
  signal: AbortSignal;
}): Promise<string | undefined> {
  const { argv, workingDir, env } = options.end;
  const [word = ""] = argv;
  if (word === "") return undefined;
  const places = word.includes("/")
    ? [path.posix.resolve(workingDir, word)]
    : (env["PATH"] ?? PATH).split(":").map((folder) => path.posix.join(folder || ".", word));
  for (const place of places) {
    const found = await options.agent.files.stat(place, options.signal);
    if (found?.kind === "file") return place;
  }
  return undefined;
}
