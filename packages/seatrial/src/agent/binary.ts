import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agentError } from "./errors.ts";

/** Seen from this module: in the package's dist/ or dist/chunks/, then in the repository's packages/seatrial/src/agent/. */
const FOLDERS = ["./agent/", "../agent/", "../../../../agent/bin/"];

/** Finds the agent's binary for a platform such as `linux/amd64`, in the package or in the repository. Fails with AGENT_MISSING. */
export async function agentBinary(platform: string): Promise<string> {
  return await findAgentBinary(
    platform,
    FOLDERS.map((folder) => fileURLToPath(new URL(folder, import.meta.url))),
  );
}

/** The first of the folders' binaries for a platform. */
export async function findAgentBinary(platform: string, folders: readonly string[]): Promise<string> {
  // A variant, as in linux/arm64/v8, runs the same binary.
  const [os = "", architecture = ""] = platform.split("/");
  const name = `agent-${os}-${architecture}`;
  for (const folder of folders) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  throw agentError({
    code: "AGENT_MISSING",
    message: `there is no agent for ${platform}: looked for ${name} in ${folders.join(", ")}`,
    hint: "in the repository, `npm run build -- --all` builds it for each platform; an installed package brings it along: install seatrial again",
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
