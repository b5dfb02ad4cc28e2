import type { Duration } from "../model/index.ts";
import { asText } from "./value.ts";

const DURATION_UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `1m30s`, `1.5s`, `500ms`, as Compose writes durations. Undefined when it is none. */
export function parseDuration(value: unknown): Duration | undefined {
  const text = asText(value)?.trim() ?? "";
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (DURATION_UNITS[unit] ?? 0);
  }
  return Math.round(total);
}

const BYTE_UNITS = ["b", "k", "m", "g", "t"];

/** `64m`, `1.5gb`, `104857600`, in powers of 1024 as Compose counts. Undefined when it is no size or 0. */
export function parseBytes(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(asText(value)?.trim() ?? "");
  if (match === null) return undefined;
  const power = BYTE_UNITS.indexOf((match[2] ?? "").toLowerCase() || "b");
  const bytes = Math.round(Number(match[1]) * 1024 ** power);
  return bytes > 0 ? bytes : undefined;
}

/** A file mode: `"0440"` is octal, a number is the mode itself. */
export function parseMode(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = asText(value)?.trim() ?? "";
  return /^(0o)?[0-7]+$/.test(text) ? Number.parseInt(text.replace(/^0o/, ""), 8) : undefined;
}
