import type { ToolError } from "../support/error.ts";
import { agentError } from "./errors.ts";

/** Why a connection is over although nobody closed it. */
export interface Loss {
  /** `the container ended with exit code 137 (out of memory)`. */
  reason: string;
  /** The agent's own last words. */
  lastLines?: string[] | undefined;
  cause?: unknown;
}

/** How long a loss may be looked into before everything under way is told about it. */
const DETAILS_MS = 3_000;

/** The loss with what `details` knows of it, if that comes within 3 s. */
export async function explainLoss(
  loss: Loss,
  details: (() => Promise<Loss | undefined>) | undefined,
): Promise<Loss> {
  if (details === undefined) return loss;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DETAILS_MS);
  });
  try {
    const known = await Promise.race([details(), late]);
    return { ...loss, ...known };
  } catch {
    // What the stream itself said is still true.
    return loss;
  } finally {
    clearTimeout(timer);
  }
}

/** AGENT_LOST: whose agent, what was under way, why, and the agent's last lines. */
export function agentLost(options: { label: string; what?: string | undefined; loss: Loss }): ToolError {
  const { label, what, loss } = options;
  const lastLines = loss.lastLines ?? [];
  return agentError({
    code: "AGENT_LOST",
    message: `lost the agent of ${label}${what === undefined ? "" : ` while ${what}`}: ${loss.reason}`,
    hint:
      lastLines.length > 0
        ? "the agent's last lines say more"
        : "look whether the container was removed, ran out of memory, or the engine was restarted",
    lastLines: lastLines.length > 0 ? lastLines : undefined,
    cause: loss.cause,
  });
}
