import path from "node:path";
import { messageOf } from "../../support/error.ts";
import { writeWhole } from "../../support/write-whole.ts";
import { coverageError } from "../errors.ts";
import type { UnitManifest } from "./manifest.ts";

/** Completes a unit whose files are in place: writes its manifest. */
export async function writeUnit(folder: string, manifest: UnitManifest): Promise<void> {
  const files = [...manifest.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = `${JSON.stringify({ ...manifest, files }, undefined, 2)}\n`;
  try {
    await writeWhole(path.join(folder, "manifest.json"), text);
  } catch (error) {
    throw coverageError({
      code: "COVERAGE_NOT_WRITTEN",
      message: `The coverage of ${manifest.service} cannot be written to ${folder}: ${messageOf(error)}`,
      hint: "Free some disk space or make the folder writable.",
      cause: error,
    });
  }
}
