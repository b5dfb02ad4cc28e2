import path from "node:path";
import { loadPublicKey, type Requirements, verifyImage } from "../attest/index.ts";
import type { Proof } from "../model/index.ts";
import { parseReference } from "../registry/index.ts";
import { createStyle } from "../report/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import { parseAge } from "./age.ts";
import { cliError } from "./errors.ts";
import type { GlobalFlags } from "./flags.ts";
import { useColour } from "./output.ts";
import { formatVerification } from "./print-verification.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { openRegistries } from "./wire.ts";

interface VerifyFlags extends GlobalFlags {
  reference: string;
  key: string[];
  suite?: string[];
  proof?: string[];
  commit?: string;
  maxAge?: string;
  insecure?: boolean;
  json?: boolean;
}

export interface VerifyCommandOptions {
  surroundings: Surroundings;
  flags: VerifyFlags;
  /** Default: over HTTP, with this user's credentials. */
  connect?: typeof openRegistries | undefined;
}

/** Prints what the given keys attest of an image; 1 when something that is required does not hold. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout } = surroundings;
  const connect = options.connect ?? openRegistries;
  const name = parseReference(flags.reference);
  const require = requirementsOf(flags);
  const keys = await Promise.all(flags.key.map((file) => loadPublicKey(path.resolve(environment.cwd, file))));
  using stop = listenForStop(() => undefined);
  await using registries = await connect(surroundings, {
    insecureHosts: flags.insecure === true ? [name.registry] : [],
    onRetry: (note) => void surroundings.stderr.write(`${note}\n`),
  });
  const verification = await verifyImage({
    repository: registries.repository(name),
    reference: name.digest ?? name.tag ?? "latest",
    keys,
    require,
    now: Date.now,
    signal: stop.signal,
  });
  const colour = useColour({ stream: stdout, env: environment.env, flag: flags.color });
  stdout.write(
    flags.json === true
      ? `${JSON.stringify(verification, null, 2)}\n`
      : `${formatVerification(verification, { style: createStyle(colour), now: Date.now() }).join("\n")}\n`,
  );
  return verification.holds ? EXIT.ok : EXIT.failed;
}

const PROOFS = ["identical", "prefix", "black-box", "sibling"] as const satisfies Proof["kind"][];

function requirementsOf({ suite, proof, commit, maxAge }: VerifyFlags): Requirements {
  if (commit !== undefined && !/^[0-9a-f]{7,64}$/i.test(commit)) {
    throw cliError({
      code: "COMMIT_INVALID",
      message: `--commit ${commit} is no commit.`,
      hint: "Write 7 to 40 hexadecimal digits, such as those of `git rev-parse HEAD`.",
    });
  }
  return {
    suites: suite,
    proofs: proof?.map(proofOf),
    commit,
    maxAge: maxAge === undefined ? undefined : parseAge(maxAge),
  };
}

function proofOf(text: string): Proof["kind"] {
  const kind = PROOFS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw cliError({
    code: "PROOF_UNKNOWN",
    message: `--proof ${text} is no proof.`,
    hint: `Write one or more of ${PROOFS.join(", ")}.`,
  });
}
