import path from "node:path";
import { makeFolder } from "../../support/make-folder.ts";
import { writeWhole } from "../../support/write-whole.ts";
import type { UnitManifest } from "./manifest.ts";

/** Completes a unit whose files are in place: writes its manifest. */
export async function writeUnit(folder: string, manifest: UnitManifest): Promise<void> {
  await makeFolder(folder);
  const files = [...manifest.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = `${JSON.stringify({ ...manifest, files }, undefined, 2)}\n`;
  await writeWhole(path.join(folder, "manifest.json"), text);
}
