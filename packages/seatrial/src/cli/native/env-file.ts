import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { EnvFormat } from "./env-format.ts";

/** Variables as a shell's `export` lines, as lines of a .env file, or as JSON. */
export function formatVariables(variables: Readonly<Record<string, string>>, format: EnvFormat): string {
  const entries = Object.entries(variables);
  if (format === "json") return `${JSON.stringify(variables, undefined, 2)}\n`;
  const lines =
    format === "shell"
      ? entries.map(([name, value]) => `export ${name}=${shellQuote(value)}`)
      : entries.map(([name, value]) => `${name}=${dotenvQuote(value)}`);
  return lines.map((line) => `${line}\n`).join("");
}

function shellQuote(value: string): string {
  return /^[\w@%+:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** As Docker, Compose and the usual libraries read it: single quotes are literal, double quotes know escapes. */
function dotenvQuote(value: string): string {
  if (/^[\w@%+:,./-]+$/.test(value)) return value;
  if (!/['\n\r]/.test(value)) return `'${value}'`;
  const escaped = value
    .replace(/[\\"$]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

/** The file in which `up` leaves its variables unless it is told another one. */
export function upEnvFile(root: string): string {
  return path.join(root, ".seatrial", "up.env");
}

/** Removes an env file of a run that has ended: the addresses and passwords in it are nobody's any more. Another run's, or anything else, stays. */
export async function removeEnvFile(file: string, run: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (text.startsWith(envHeader(run))) await rm(file, { force: true });
}

/** The first line of an env file. */
export function envHeader(run: string): string {
  return `# seatrial up ${run}\n`;
}
