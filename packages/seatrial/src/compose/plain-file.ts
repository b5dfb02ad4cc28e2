import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

const LARGEST_INPUT = 4_000_000;

/** The content of a plain file, undefined when nothing is there, `"strange"` for anything else (never opened: a pipe would hang). */
export async function readPlainFile(file: string): Promise<Buffer | "strange" | undefined> {
  try {
    const stats = await stat(file);
    return stats.isFile() && stats.size <= LARGEST_INPUT ? await readFile(file) : "strange";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : "strange";
  }
}

export function digestOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
