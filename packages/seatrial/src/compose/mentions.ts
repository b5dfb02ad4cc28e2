import { asRecord, asText } from "./value.ts";

/** Every variable that a text may refer to as `$VAR` or `${VAR…}`; a name too many does no harm. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].map((match) => match[1] ?? "");
}

/** Every variable that an env file may take from outside: references, and names at the start of a line (`VAR` alone passes one through). */
export function variablesOfEnvFile(text: string): string[] {
  const names = [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)/gm)];
  return [...variablesIn(text), ...names.map((match) => match[1] ?? "")];
}

/** Every variable that a parsed Compose file passes through by name: in `environment` and `args`, and as a source of configs and secrets. */
export function passedThrough(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(passedThrough);
  return Object.entries(asRecord(value)).flatMap(([key, inner]) =>
    key === "environment" || key === "args" ? namesIn(inner) : passedThrough(inner),
  );
}

function namesIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) {
    return value.flatMap((item) => asText(item) ?? []).filter((item) => !item.includes("="));
  }
  return Object.entries(asRecord(value)).flatMap(([name, inner]) => (inner === null ? [name] : []));
}
