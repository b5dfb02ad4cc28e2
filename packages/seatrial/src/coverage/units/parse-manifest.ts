import * as v from "valibot";
import type { Digest } from "../../model/index.ts";
import type { UnitManifest } from "./manifest.ts";

const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/));
const time = v.pipe(v.string(), v.isoTimestamp());

// It says which files are read: none outside of the unit's folder, whoever wrote it.
const place = v.pipe(
  v.string(),
  v.check(
    (path) =>
      path !== "" &&
      !/[\0\\]/.test(path) &&
      path.split("/").every((part) => part !== "" && part !== "." && part !== ".."),
    "a path below the unit's folder",
  ),
);

// Unknown keys are let through and dropped: a later minor version may say more.
const schema = v.object({
  version: v.literal(1),
  run: name,
  service: name,
  instance: name,
  boot: name,
  source: v.optional(v.string()),
  commit: v.optional(v.string()),
  startedAt: time,
  endedAt: v.optional(time),
  exit: v.optional(
    v.object({
      code: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
      signal: v.nullable(v.string()),
    }),
  ),
  argv: v.array(v.string()),
  workingDir: v.string(),
  files: v.array(
    v.object({
      path: place,
      bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      digest: v.custom<Digest>((text) => typeof text === "string" && /^sha256:[0-9a-f]{64}$/.test(text)),
    }),
  ),
  problems: v.array(v.object({ code: v.string(), message: v.string(), hint: v.optional(v.string()) })),
});

/** The manifest in a text, or what is wrong with it in a few words. */
export function parseManifest(text: string): UnitManifest | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const result = v.safeParse(schema, data);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const version = (data as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== 1)
    return `it is of version ${version}, this program reads 1`;
  return `${v.getDotPath(issue) ?? "it"}: ${issue.message}`;
}
