import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../support/error.ts";
import type { Environment } from "../environment.ts";
import { configError } from "../errors.ts";
import { CONFIG_NAMES } from "../find-project.ts";
import { kindOf, labelOf, systemCode } from "../read-text.ts";

/** Writes `seatrial.yaml` into a folder and returns its path. Never overwrites: fails with CONFIG_EXISTS. */
export async function writeConfig(options: {
  root: string;
  text: string;
  environment: Environment;
}): Promise<string> {
  const { root, text, environment } = options;
  const path = join(root, CONFIG_NAMES[0]);
  for (const name of CONFIG_NAMES) {
    if ((await kindOf(join(root, name))) !== undefined) throw exists(join(root, name), environment);
  }
  try {
    await writeFile(path, text, { flag: "wx" });
    return path;
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw exists(path, environment);
    // What was written of it is no configuration: a full disk leaves an empty file behind.
    if (systemCode(error) === "ENOSPC") await rm(path, { force: true });
    throw configError({
      code: "CONFIG_NOT_WRITTEN",
      message: `cannot write ${labelOf(path, environment)}: ${messageOf(error)}`,
      hint: "make the folder writable, or print the proposal and write it yourself",
      cause: error,
    });
  }
}

function exists(path: string, environment: Environment) {
  return configError({
    code: "CONFIG_EXISTS",
    message: `${labelOf(path, environment)} exists, and is never overwritten`,
    hint: "edit it, or move it away first",
  });
}
