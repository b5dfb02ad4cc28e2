import path from "node:path";
import { createKeyPair, writeKeyPair } from "../attest/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { openSecretPrompt } from "./secret-prompt.ts";
import type { Surroundings } from "./surroundings.ts";

interface KeyFlags extends GlobalFlags {
  out: string;
  /** False: the key is not to be encrypted. */
  passphrase: boolean;
}

/** Makes a pair of keys and says what to do with each. */
export async function keyNewCommand(options: {
  surroundings: Surroundings;
  flags: KeyFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout } = surroundings;
  const passphrase = flags.passphrase ? await newPassphrase(surroundings) : undefined;
  const pair = await createKeyPair({ passphrase });
  const files = await writeKeyPair(pair, path.resolve(environment.cwd, flags.out));
  const shown = (file: string) => path.relative(environment.cwd, file);
  const state = passphrase === undefined ? "NOT encrypted" : "encrypted with the passphrase";
  stdout.write(
    [
      `private key  ${shown(files.privateKey)}  ${state}; keep it out of git and of the build context`,
      `public key   ${shown(files.publicKey)}  for everybody who verifies`,
      `key id       ${pair.keyId}`,
      "",
    ].join("\n"),
  );
  return EXIT.ok;
}

/** From SEATRIAL_KEY_PASSPHRASE, else asked for twice where a person sits. */
async function newPassphrase(surroundings: Surroundings): Promise<string> {
  const given = surroundings.environment.env["SEATRIAL_KEY_PASSPHRASE"] ?? "";
  if (given !== "") return given;
  if (surroundings.stdin.isTTY !== true) throw missing("and there is no terminal to ask for one");
  using prompt = openSecretPrompt(surroundings);
  const first = await prompt.ask("Passphrase for the new key: ");
  if (first === "") throw missing("and none was typed");
  if ((await prompt.ask("The same again: ")) === first) return first;
  throw cliError({
    code: "PASSPHRASES_DIFFER",
    message: "The two passphrases differ. Nothing was written.",
    hint: "Run it again.",
  });
}

function missing(why: string) {
  return cliError({
    code: "KEY_PASSPHRASE_MISSING",
    message: `The new key needs a passphrase, ${why}.`,
    hint: "Set SEATRIAL_KEY_PASSPHRASE, or say --no-passphrase for a key that is not encrypted.",
  });
}
