import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Platform } from "../model/index.ts";

/** An agent and the names that are derived from it: each other binary, and each other platform, has another key. */
export interface KeyedAgent {
  key: string;
  binary: Buffer;
}

/** Reads an agent's binary and derives its key. */
export async function readAgent(path: string, platform: Platform): Promise<KeyedAgent> {
  const binary = await readFile(path);
  return { key: createHash("sha256").update(binary).update(platform).digest("hex").slice(0, 12), binary };
}
