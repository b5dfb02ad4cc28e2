import type { Digest, ImageDetails, ImageSource } from "../model/index.ts";

/** The manifest by which the engine took an image from its registry; undefined for one that was built or loaded, or when several could be meant. */
export function manifestOf({ repoDigests }: ImageDetails, source: ImageSource): Digest | undefined {
  const known = repoDigests.map((each) => {
    const [name = "", digest = ""] = each.split("@");
    return { name, digest: digest as Digest };
  });
  const own = source.kind === "reference" ? nameOf(source.reference) : undefined;
  const named = known.filter(({ name }) => name === own);
  const digests = new Set((named.length > 0 ? named : known).map(({ digest }) => digest));
  const [digest] = digests;
  return digests.size === 1 ? digest : undefined;
}

/** A reference without tag and digest. */
function nameOf(reference: string): string {
  const [name = ""] = reference.split("@");
  const slash = name.lastIndexOf("/");
  const colon = name.indexOf(":", slash);
  return colon < 0 ? name : name.slice(0, colon);
}
