import { rm, writeFile } from "node:fs/promises";
import { messageOf } from "../support/error.ts";
import { attestError } from "./errors.ts";
import type { KeyPair } from "./key-pair.ts";

/** Where a pair of keys was written. */
export interface KeyFiles {
  privateKey: string;
  publicKey: string;
}

/** Writes the private key, for its owner's eyes only, and the public key beside it. Never overwrites; both or none. */
export async function writeKeyPair(pair: KeyPair, file: string): Promise<KeyFiles> {
  const publicFile = publicFileOf(file);
  await writeNew({ file, text: pair.privateKey, mode: 0o600 });
  try {
    await writeNew({ file: publicFile, text: pair.publicKey, mode: 0o644 });
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { privateKey: file, publicKey: publicFile };
}

/** `seatrial.key` has its public key in `seatrial.pub`, any other `name` in `name.pub`. */
export function publicFileOf(file: string): string {
  return `${file.replace(/\.key$/, "")}.pub`;
}

async function writeNew(options: { file: string; text: string; mode: number }): Promise<void> {
  const { file, text, mode } = options;
  try {
    await writeFile(file, text, { flag: "wx", mode });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
      throw attestError({
        code: "KEY_EXISTS",
        message: `${file} is there already, and keys are never overwritten.`,
        hint: "Name another file with --out.",
        cause,
      });
    }
    throw attestError({
      code: "ATTESTATION_NOT_WRITTEN",
      message: `Cannot write ${file}: ${messageOf(cause)}`,
      cause,
    });
  }
}
