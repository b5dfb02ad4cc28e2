import { constants } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { messageOf } from "../support/error.ts";
import { coverageError } from "./errors.ts";

/** The text of a report or profile. Fails with COVERAGE_PROFILE_UNREADABLE, also where there is more than one text can hold. */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= constants.MAX_STRING_LENGTH) return await readFile(file, "utf8");
  } catch (cause) {
    throw coverageError({
      code: "COVERAGE_PROFILE_UNREADABLE",
      message: `${file} cannot be read: ${messageOf(cause)}`,
      hint: "Look at its owner and mode.",
      cause,
    });
  }
  const most = Math.floor(constants.MAX_STRING_LENGTH / 1024 / 1024);
  throw coverageError({
    code: "COVERAGE_PROFILE_UNREADABLE",
    message: `${file} cannot be read: it has over ${most} MiB`,
    hint: "Leave out what is none of the project's, packages and generated code say, where it is written.",
  });
}
