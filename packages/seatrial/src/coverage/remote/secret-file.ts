import { readFile } from "node:fs/promises";
import { coverageError } from "../errors.ts";

/** The content of a small file that a variable names. Fails with COVERAGE_CREDENTIALS_MISSING. */
export async function readSecretFile(file: string, variable: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw coverageError({
      code: "COVERAGE_CREDENTIALS_MISSING",
      message: `${variable}: ${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`,
      cause,
    });
  }
}
