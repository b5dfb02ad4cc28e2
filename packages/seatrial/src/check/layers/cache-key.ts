import { createHash, randomBytes, scrypt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { NamedSecret } from "./scanner.ts";

const KEY_BYTES = 32;
/** The work that each guess would cost: some 50 ms. */
const COST = { N: 1 << 14, r: 8, p: 1 };

const derive = promisify<Buffer | string, Buffer, number, typeof COST, Buffer>(scrypt);

/**
 * A name for the values that were looked for. Readings with another one say nothing of these values. What lies in the cache must not
 * help to guess a secret: the name is derived slowly, and with a random key that only this user can read.
 */
export async function keyOfSecrets(folder: string, secrets: readonly NamedSecret[]): Promise<string> {
  if (secrets.length === 0) return "none";
  const digest = createHash("sha256");
  for (const { secret, form, bytes } of secrets) {
    digest.update(JSON.stringify([secret, form, bytes.length])).update(bytes);
  }
  return (await derive(digest.digest(), await machineKey(folder), 12, COST)).toString("hex");
}

async function machineKey(folder: string): Promise<Buffer> {
  const file = path.join(folder, "key");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = randomBytes(KEY_BYTES);
  try {
    await writeFile(file, made, { mode: 0o600, flag: "wx" });
    return made;
  } catch {
    // Another run was first, or it is from an earlier one.
    const kept = await readFile(file);
    if (kept.length === KEY_BYTES) return kept;
    await writeFile(file, made, { mode: 0o600 });
    return made;
  }
}
