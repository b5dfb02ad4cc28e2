import { constants, copyFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../support/make-folder.ts";
import { unitName } from "../units/unit-name.ts";

/** Puts reports into a unit's folder, as they are: what is in them tells their format. Several may be called the same. */
export async function copyReports(reports: readonly { file: string }[], folder: string): Promise<void> {
  for (const [at, { file }] of reports.entries()) {
    const place = path.join(folder, "reports", `${at + 1}-${unitName(path.basename(file))}`);
    await makeFolder(path.dirname(place));
    await copyFile(file, place, constants.COPYFILE_EXCL);
  }
}
