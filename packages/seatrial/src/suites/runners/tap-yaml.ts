import { parse } from "yaml";
import type { Duration } from "../../model/index.ts";
import { clipEnd } from "../text.ts";

const LONGEST_MESSAGE = 4096;

/** What a test's diagnostics say: the YAML block if there is one, else the comments. */
export function readDiagnostics(output: string): {
  message?: string | undefined;
  duration?: Duration | undefined;
} {
  const [, block] = /(?:^|\n)---\n([\s\S]*?)\.\.\.\n/.exec(output) ?? [];
  const values = block === undefined ? undefined : parseBlock(block);
  const message = textOf(values?.["message"]) ?? textOf(values?.["error"]) ?? commentsOf(output);
  const ms = Number(values?.["duration_ms"]);
  return {
    message: message === undefined ? undefined : clipEnd(message, LONGEST_MESSAGE),
    duration: Number.isFinite(ms) && ms > 0 ? Math.round(ms) : undefined,
  };
}

function parseBlock(block: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parse(block, { maxAliasCount: 0, logLevel: "silent", uniqueKeys: false });
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Diagnostics are for people: what cannot be read is still shown as it stands.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function commentsOf(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.startsWith("#"));
  return textOf(lines.map((line) => line.replace(/^#\s?/, "")).join("\n"));
}
