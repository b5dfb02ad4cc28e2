import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { AttestationReceipt, Digest } from "../model/index.ts";
import { type Descriptor, digestOf, type Repository } from "../registry/index.ts";
import { messageOf } from "../support/error.ts";
import { readStrictJson } from "../support/strict-json.ts";
import { attachBundle } from "./attach.ts";
import { formatBundle, signStatement } from "./bundle.ts";
import { canonicalJson } from "./canonical-json.ts";
import { attestError } from "./errors.ts";
import { findBundles } from "./find-bundles.ts";
import type { Signer } from "./signer.ts";
import type { Statement } from "./statement.ts";

export interface AttestOptions {
  repository: Repository;
  /** The image's manifest, which is there already. */
  subject: Pick<Descriptor, "mediaType" | "digest" | "size">;
  statements: readonly Statement[];
  signer: Signer;
  /** The run's folder: each bundle is kept in its `attestations/`. */
  folder: string;
  now: () => number;
  signal: AbortSignal;
  /** Called when a bundle is there. */
  onAttested?: ((receipt: AttestationReceipt) => void) | undefined;
}

/** Signs statements, keeps them as files and attaches them, one after the other. What this key has attached already is not attached again, whichever job did. */
export async function attestImage(options: AttestOptions): Promise<AttestationReceipt[]> {
  const { repository, subject, statements, signer, folder, now, signal } = options;
  const keys = [signer.publicKey];
  const { signed } = await findBundles({ repository, subject: subject.digest, keys, signal });
  const there = new Map(signed.map((each) => [evidenceIn(each.payload), each]));
  const receipts: AttestationReceipt[] = [];
  const files = filesFor(statements);
  for (const statement of statements) {
    const { suite } = statement.predicate.seatrial;
    const known = there.get(evidenceIn(canonicalJson(statement)));
    const bytes = known?.bytes ?? formatBundle(await signStatement(statement, signer));
    const file = `attestations/${files.get(statement)}.sigstore.json`;
    await keep(path.join(folder, file), bytes);
    const digest =
      known?.referrer ?? (await attachBundle({ repository, subject, bundle: bytes, now, signal })).digest;
    const receipt = { suite, digest, keyId: signer.keyId, file };
    options.onAttested?.(receipt);
    receipts.push(receipt);
  }
  return receipts;
}

/**
 * What a statement says of its evidence, as a digest. A job that is run again has an address of its own, and maybe another version of
 * this program: of the same runs neither says anything new.
 */
function evidenceIn(payload: Buffer): Digest {
  const statement = fieldsOf(readStrictJson(payload));
  const predicate = fieldsOf(statement["predicate"]);
  const seatrial = fieldsOf(predicate["seatrial"]);
  const same = { ...predicate, url: undefined, seatrial: { ...seatrial, tool: undefined } };
  return digestOf(canonicalJson({ ...statement, predicate: same }));
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A suite's name; with the platform where an index has several images. */
function filesFor(statements: readonly Statement[]): Map<Statement, string> {
  const suiteOf = (statement: Statement) => statement.predicate.seatrial.suite;
  const named = new Map<Statement, string>();
  for (const statement of statements) {
    const { suite, kind, platform } = statement.predicate.seatrial;
    const others = statements.filter((each) => suiteOf(each) === suite);
    const parts = others.length === 1 ? [suite] : [suite, kind, platform.replace(/[^A-Za-z0-9]+/g, "-")];
    named.set(statement, parts.join("."));
  }
  return named;
}

async function keep(file: string, bytes: Buffer): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  } catch (cause) {
    throw attestError({
      code: "ATTESTATION_NOT_WRITTEN",
      message: `Cannot write ${file}: ${messageOf(cause)}`,
      cause,
    });
  }
}
