import { findCredentials } from "../secrets/credentials.ts";
import { nameOfKind } from "./findings.ts";
import { historyOf } from "./history.ts";
import type { ConfigFinding } from "./image-index.ts";
import type { NamedSecret } from "./scanner.ts";
import { createSearch } from "./search.ts";

const LONGEST_NAME = 256;

export interface ConfigFindings {
  findings: ConfigFinding[];
  /** The keys and credentials themselves, so that nothing shows them. */
  texts: string[];
}

/** Values of secrets, keys and credentials in an image's configuration: its variables, labels, commands, and its history. */
export function findInConfig(config: unknown, secrets: readonly NamedSecret[]): ConfigFindings {
  const found = new Map<string, ConfigFinding>();
  const note = (finding: ConfigFinding) => {
    const key = `${nameOfKind(finding.what)} ${finding.where} ${finding.variable}`;
    if (!found.has(key)) found.set(key, finding);
  };
  const texts: string[] = [];
  const search = createSearch(secrets.map(({ bytes }) => bytes));
  for (const { where, text } of textsOf(config)) {
    const bytes = Buffer.from(text);
    search.find(bytes, { from: 0, to: bytes.length }, (index) => {
      const hit = secrets[index];
      if (hit !== undefined) note({ what: { kind: "value", secret: hit.secret, form: hit.form }, where });
    });
    for (const { format, at, text: credentials } of findCredentials(text)) {
      note({ what: { kind: "format", format }, where, variable: variableAt(text, at) });
      texts.push(credentials);
    }
  }
  return { findings: [...found.values()], texts };
}

/** Whose value it is in `NAME=value`, as ENV, ARG and their lines in the history have it. Some formats begin with the name. */
function variableAt(text: string, at: number): string | undefined {
  const names = [...text.slice(0, at + LONGEST_NAME).matchAll(/(?<![^\s|])([A-Za-z_]\w*)=/g)];
  return names.findLast(({ index }) => index <= at)?.[1];
}

interface PlacedText {
  where: string;
  text: string;
}

/** Every text in it, with a name for people. */
function textsOf(config: unknown): PlacedText[] {
  const { history, config: settings, ...others } = objectOf(config);
  const env: unknown[] = Array.isArray(objectOf(settings)["Env"])
    ? (objectOf(settings)["Env"] as unknown[])
    : [];
  const labels = objectOf(objectOf(settings)["Labels"]);
  return [
    ...env.map((entry) => {
      const text = String(entry);
      return { where: `the variable ${text.split("=", 1)[0]}`, text };
    }),
    ...Object.entries(labels).map(([name, value]) => ({
      where: `the label ${name}`,
      text: `${name}=${value}`,
    })),
    ...textsIn({ ...objectOf(settings), Env: [], Labels: {} }).map((text) => ({
      where: "its command, entrypoint or other settings",
      text,
    })),
    ...textsIn(history).map((text) => ({ where: whereInHistory(text, { history }), text })),
    ...textsIn(others).map((text) => ({ where: "its configuration", text })),
  ];
}

/** The line of the history, and its instruction. */
function whereInHistory(text: string, config: { history?: unknown }): string {
  const lines = Array.isArray(config.history) ? config.history : [];
  const index = lines.findIndex((line) => objectOf(line)["created_by"] === text);
  const instruction = historyOf(config)[index]?.instruction ?? "";
  return index < 0 ? "its history" : `line ${index + 1} of its history${instruction && ` (${instruction})`}`;
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(objectOf(value)).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
