import { verifyImage } from "../attest/index.ts";
import type { Digest, Problem } from "../model/index.ts";
import { familiarName, type Repository } from "../registry/index.ts";
import type { Signing } from "./prepared.ts";

/**
 * Judges an image that was taken from an earlier release in place of being built. Who may write a registry can set a tag before the
 * commit is built, so that with a key only what this key has attested of the commit is signed again.
 */
export async function judgeTaken(options: {
  repository: Repository;
  digest: Digest;
  commit: string | undefined;
  signing?: Signing | undefined;
  signal: AbortSignal;
}): Promise<Problem[]> {
  const { repository, digest, commit, signing, signal } = options;
  if (signing === undefined) return [];
  const { attestations } = await verifyImage({
    repository,
    reference: digest,
    keys: [signing.signer.publicKey],
    require: { commit },
    now: Date.now,
    signal,
  });
  if (attestations.length > 0) return [];
  return [
    {
      code: "EVIDENCE_NOT_ATTESTED",
      message: `The image ${digest} was not built here but taken from ${familiarName(repository.name)}, where a tag of this release names it, and nothing attests with this key that commit ${commit ?? "(unknown)"} was released as it.`,
      hint: "Find out who set the tag. If it was a release without this key, release under another tag; if it was not yours, delete it, and run the pipeline again.",
    },
  ];
}
