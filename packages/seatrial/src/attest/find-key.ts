import path from "node:path";
import { attestError } from "./errors.ts";
import { pemLabels } from "./pem.ts";
import { readKeyFile } from "./read-key-file.ts";

/** Where the configuration says the key is: a file, or a variable that holds PEM text or the path of a file. */
export type KeySource = { kind: "file"; path: string } | { kind: "env"; variable: string };

/** The text of a private key and what belongs to it. */
export interface FoundKey {
  pem: string;
  passphrase?: string | undefined;
  /** Where it came from, for messages: `The key in SEATRIAL_KEY`. */
  origin: string;
  /** What must never be shown: give each to the redactor. */
  secrets: string[];
}

const VARIABLE = "SEATRIAL_KEY";

/**
 * Finds the text of the signing key: where `source` says, else in SEATRIAL_KEY; undefined when neither is given. The passphrase is
 * SEATRIAL_KEY_PASSPHRASE. Nothing of the content is ever part of an error.
 */
export async function findKey(options: {
  source?: KeySource | undefined;
  env: Record<string, string | undefined>;
  /** Paths in variables are relative to it. */
  cwd: string;
}): Promise<FoundKey | undefined> {
  const { source, env, cwd } = options;
  const passphrase = env["SEATRIAL_KEY_PASSPHRASE"] || undefined;
  if (source?.kind === "file") {
    const pem = await readKeyFile(path.resolve(cwd, source.path), "signing key");
    return found({ pem, passphrase, origin: `The key in ${source.path}` });
  }
  const variable = source?.variable ?? VARIABLE;
  const value = env[variable] ?? "";
  if (value.trim() !== "") {
    const pem = pemLabels(value).length > 0 ? unfold(value) : await readNamedFile({ variable, value, cwd });
    return found({ pem, passphrase, origin: `The key in ${variable}` });
  }
  if (source === undefined) return undefined;
  throw attestError({
    code: "KEY_NOT_FOUND",
    message: `The variable ${variable}, which should hold the signing key, is not set.`,
    hint: "Set it to the text or the path of a key; `seatrial key new` makes one.",
  });
}

function found(options: { pem: string; passphrase: string | undefined; origin: string }): FoundKey {
  const { pem, passphrase, origin } = options;
  // Its first and last line are no secret, and stand in many other texts.
  const body = pem.replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, "").trim();
  return { ...options, origin, secrets: [body, ...(passphrase === undefined ? [] : [passphrase])] };
}

/** CI systems often keep a variable on one line, with `\n` for the ends of lines. */
function unfold(text: string): string {
  return text.trim().includes("\n") ? text : text.replaceAll("\\n", "\n");
}

async function readNamedFile(options: { variable: string; value: string; cwd: string }): Promise<string> {
  const { variable, value, cwd } = options;
  try {
    return await readKeyFile(path.resolve(cwd, value.trim()), "signing key");
  } catch {
    // What is no path may be a damaged key: the value is not repeated, nor is the system's word on it.
    throw attestError({
      code: "KEY_NOT_FOUND",
      message: `The value of ${variable} is neither a key in PEM nor the path of a file with one.`,
      hint: "Set it to the text or the path of a key; `seatrial key new` makes one.",
    });
  }
}
