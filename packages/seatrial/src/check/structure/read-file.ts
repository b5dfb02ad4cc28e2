import { type Agent, readText } from "../../agent/index.ts";
import { formatBytes } from "../../model/index.ts";
import { isToolError, messageOf } from "../../support/error.ts";

const MOST_BYTES = 64 << 20;

/** The content of a file of the image as text, links followed; or why it cannot be had. */
export async function readFileText(
  path: string,
  options: { agent: Agent; signal: AbortSignal },
): Promise<{ text: string } | { problem: string }> {
  const { agent, signal } = options;
  try {
    const found = await agent.files.stat(path, signal);
    if (found === undefined || found.kind === "link") return { problem: `${path} does not exist.` };
    if (found.kind === "folder") return { problem: `${path} is a folder, not a file.` };
    if (found.kind === "other") return { problem: `${path} is no regular file.` };
    if (found.size > MOST_BYTES)
      return {
        problem: `${path} has ${formatBytes(found.size)}, more than the ${formatBytes(MOST_BYTES)} that are read.`,
      };
    return { text: await readText(agent.files, path, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isToolError(error, "FILE_FAILED") && !isToolError(error, "FILE_NOT_FOUND")) throw error;
    return { problem: `${path} cannot be read: ${messageOf(error)}.` };
  }
}
