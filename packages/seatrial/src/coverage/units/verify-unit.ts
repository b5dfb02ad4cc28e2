import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Problem } from "../../model/index.ts";
import type { FoundUnit } from "./find-units.ts";
import type { UnitFile } from "./manifest.ts";
import { sourceOf } from "./source-of.ts";
import { exportsOf, type UnitExports } from "./unit-exports.ts";

export interface VerifiedUnit extends FoundUnit {
  /** Those of the manifest's files that are as it says. */
  files: UnitFile[];
  /** What language's own tools made of them, as far as that is there. */
  exports: UnitExports;
  problems: Problem[];
  /** Something lies in the unit's folder that must not be read. */
  mixed: boolean;
}

/** Compares the files of a unit with its manifest. */
export async function verifyUnit(unit: FoundUnit, signal: AbortSignal): Promise<VerifiedUnit> {
  const files: UnitFile[] = [];
  const problems: Problem[] = [];
  for (const file of unit.manifest.files) {
    const fault = await faultOf(path.join(unit.folder, file.path), file, signal);
    if (fault === undefined) files.push(file);
    else problems.push(differs(unit, file, fault));
  }
  const mixed = problems.length > 0 || (await hasMore(unit.folder, files));
  const exports = await exportsOf({ folder: unit.folder, files });
  return { ...unit, files, exports, problems, mixed };
}

/**
 * The unit's folder where all that lies there may be read, or else a folder of links to what may: readers take whole folders. Those are
 * made below `temporary`.
 */
export async function readableFolder(unit: VerifiedUnit, temporary: () => Promise<string>): Promise<string> {
  if (!unit.mixed) return unit.folder;
  const { service, instance, boot } = unit.manifest;
  const key = createHash("sha256").update(unit.folder).digest("hex").slice(0, 16);
  const folder = path.join(await temporary(), `${service}-${instance}-${boot}-${key}`);
  for (const file of unit.files) {
    const link = path.join(folder, file.path);
    await mkdir(path.dirname(link), { recursive: true });
    // Readers of several languages, and of several sources at once, want the same folder.
    await symlink(path.resolve(unit.folder, file.path), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  return folder;
}

async function faultOf(
  place: string,
  wanted: UnitFile,
  signal: AbortSignal,
): Promise<"missing" | "differs" | undefined> {
  const details = await lstat(place).catch(() => undefined);
  if (details === undefined) return "missing";
  if (!details.isFile() || details.size !== wanted.bytes) return "differs";
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(place), hash, { signal });
  } catch {
    signal.throwIfAborted();
    return "missing";
  }
  return `sha256:${hash.digest("hex")}` === wanted.digest ? undefined : "differs";
}

/** Files that the manifest does not speak of: a later upload that was cut off. */
async function hasMore(folder: string, files: readonly UnitFile[]): Promise<boolean> {
  const known = new Set(files.map((file) => file.path));
  for (const part of ["go", "node"]) {
    const names = await readdir(path.join(folder, part)).catch(() => []);
    if (names.some((name) => !known.has(`${part}/${name}`))) return true;
  }
  return false;
}

function differs(unit: FoundUnit, file: UnitFile, fault: "missing" | "differs"): Problem {
  const what = fault === "missing" ? "cannot be read" : "is not the one that its manifest names";
  return {
    code: "COVERAGE_FILE_DIFFERS",
    message: `${file.path} of the unit ${unit.folder} ${what}: it was left out.`,
    hint: "Pull the unit again; a program that still runs may have sent another one meanwhile.",
    subject: sourceOf(unit.manifest),
  };
}
