import { open } from "node:fs/promises";
import { messageOf } from "../support/error.ts";
import { attestError } from "./errors.ts";

/** Far more than any key has. */
const LARGEST = 64 * 1024;

/** The text of a file that should hold a key; of a larger one the beginning. Fails with KEY_NOT_FOUND. */
export async function readKeyFile(file: string, what: "signing key" | "public key"): Promise<string> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(LARGEST) });
    return buffer.toString("utf8", 0, bytesRead);
  } catch (cause) {
    throw attestError({
      code: "KEY_NOT_FOUND",
      message: `Cannot read the ${what} ${file}: ${messageOf(cause)}`,
      hint: "`seatrial key new` makes a pair of keys.",
      cause,
    });
  }
}
