import type { Digest } from "../../model/index.ts";
import { MANIFEST_MAX, manifestInvalid, manifestTooLarge } from "../manifest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import { descriptorsIn, readReferrersList } from "../referrers-list.ts";
import type { Descriptor } from "../registry.ts";
import { bytesOf } from "./body.ts";
import type { Caller } from "./caller.ts";
import { mediaTypeOf } from "./content.ts";
import { TransportFailure } from "./failure.ts";
import { eachPage } from "./link.ts";

/** A registry that lacks the API is not asked for it again and again. */
export interface ApiMemory {
  isMissing: boolean;
}

/** What registries without the API answer: some do not know the address, some take it for another one, some take only their own types. */
const MISSING = [400, 404, 405, 406, 501];

/** Pages of a list: whoever may push may attach without end. */
const PAGES_MAX = 1_000;

/** What the referrers API lists; undefined when the registry has none. Whoever asked for a type still has to look at it. */
export async function listByApi(
  caller: Caller,
  options: { subject: Digest; artifactType?: string | undefined; memory: ApiMemory; signal: AbortSignal },
): Promise<Descriptor[] | undefined> {
  const { subject, artifactType, memory, signal } = options;
  signal.throwIfAborted();
  if (memory.isMissing) return undefined;
  const what = `list what points at ${subject}`;
  const where = `The list of what points at ${subject}`;
  const query = artifactType === undefined ? "" : `?${new URLSearchParams({ artifactType })}`;
  const found: Descriptor[] = [];
  const headers = { accept: MEDIA_TYPES.ociIndex };
  let pages = 0;
  const read = async (path: string | URL) => {
    const isFirst = pages === 0;
    const accepts = isFirst ? MISSING : [];
    return await caller.ask({ method: "GET", path, headers, what, accepts, signal }, async (answer) => {
      const bytes = await bytesOf(answer, { ...caller.reading(signal), max: MANIFEST_MAX });
      const isIndex = answer.status === 200 && mediaTypeOf(answer) === MEDIA_TYPES.ociIndex;
      // Only the first answer tells: a list that has begun and breaks off is a failure, and no empty list.
      if (!isIndex && isFirst) {
        memory.isMissing = true;
        return undefined;
      }
      if (!isIndex) throw new TransportFailure("nonsense", "its list of referrers is no index");
      pages += 1;
      // Anybody who may push makes it so large: that is no failure of the registry.
      if (bytes === undefined) throw manifestTooLarge(where);
      if (pages > PAGES_MAX) throw manifestInvalid({ where, why: `it has more than ${PAGES_MAX} pages` });
      found.push(...descriptorsIn(readReferrersList(bytes, where)));
      return answer;
    });
  };
  const { isInsecure } = caller.host.settings;
  await caller.explain(
    what,
    async () => await eachPage({ first: `referrers/${subject}${query}`, isInsecure, read }),
  );
  return memory.isMissing ? undefined : found;
}
