import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import type { Problem } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import { writeWhole } from "../../support/write-whole.ts";
import { coverageError } from "../errors.ts";
import { readText } from "../read-text.ts";
import type { UnitFile } from "./manifest.ts";

/** Languages whose profiles only their own tool can read, and what a unit calls that which it made of them. */
export const EXPORTS = {
  python: "exports/python.json",
  llvm: "exports/llvm.json",
  java: "exports/java.xml",
} as const;

export type ExportedLanguage = keyof typeof EXPORTS;

/** What a tool made of a unit's profiles, and what it left out. */
export interface UnitExport {
  text: string;
  problems: Problem[];
}

export type UnitExports = Map<ExportedLanguage, () => Promise<UnitExport>>;

/** A part of the unit that its manifest does not speak of: made where it lies now, and of no use to anybody who pulls it. */
const KEPT = "exported";

const keptSchema = v.object({
  version: v.literal(1),
  text: v.string(),
  problems: v.array(v.object({ code: v.string(), message: v.string(), hint: v.optional(v.string()) })),
});

/** What is there of exports: the unit's own, or else what was kept beside them of these very profiles. */
export async function exportsOf(unit: { folder: string; files: readonly UnitFile[] }): Promise<UnitExports> {
  const found: UnitExports = new Map();
  for (const language of exportedLanguages()) {
    const kept = keptPlace(unit, language);
    if (hasOwnExport(unit, language)) {
      const place = path.join(unit.folder, EXPORTS[language]);
      found.set(language, async () => ({ text: await readText(place), problems: [] }));
    } else if ((await stat(kept).catch(() => undefined))?.isFile() === true)
      found.set(language, () => readKept(kept));
  }
  return found;
}

export function exportedLanguages(): ExportedLanguage[] {
  return Object.keys(EXPORTS) as ExportedLanguage[];
}

/** True where whoever collected the unit exported its profiles as well. */
export function hasOwnExport(unit: { files: readonly UnitFile[] }, language: ExportedLanguage): boolean {
  return unit.files.some((file) => file.path === EXPORTS[language]);
}

/** The profiles of a language that have something in them. */
export function profilesOf(unit: { files: readonly UnitFile[] }, language: ExportedLanguage): UnitFile[] {
  return unit.files.filter((file) => file.path.startsWith(`${language}/`) && file.bytes > 0);
}

/** Keeps an export beside the unit's own files, in place of any before it. Fails as the file system does. */
export async function keepExport(
  unit: { folder: string; files: readonly UnitFile[] },
  language: ExportedLanguage,
  made: UnitExport,
): Promise<void> {
  const place = keptPlace(unit, language);
  // Several reports may be made of a unit at once, each of which exports it.
  await writeWhole(place, `${JSON.stringify({ version: 1, ...made })}\n`, { shared: true });
  for (const name of await readdir(path.dirname(place)))
    if (name.startsWith(`${language}-`) && name.endsWith(".json") && name !== path.basename(place))
      await rm(path.join(path.dirname(place), name), { force: true });
}

/** Where an export of just these profiles is: a program that went on running sends others. */
function keptPlace(unit: { folder: string; files: readonly UnitFile[] }, language: ExportedLanguage): string {
  const lines = profilesOf(unit, language).map(({ path: name, digest }) => `${digest} ${name}\n`);
  const key = createHash("sha256").update(lines.sort().join("")).digest("hex").slice(0, 16);
  return path.join(unit.folder, KEPT, `${language}-${key}.json`);
}

async function readKept(place: string): Promise<UnitExport> {
  try {
    const { text, problems } = v.parse(keptSchema, JSON.parse(await readText(place)));
    return { text, problems };
  } catch (cause) {
    throw coverageError({
      code: "COVERAGE_INPUT_INVALID",
      message: `${place} is not what was kept there: ${messageOf(cause)}`,
      hint: "Make it again with --image, or remove it.",
      cause,
    });
  }
}
