import type { Digest } from "../../model/index.ts";
import { registryError } from "../errors.ts";
import { readManifest } from "../manifest.ts";
import { referrerOf } from "../referrer.ts";
import { descriptorsIn } from "../referrers-list.ts";
import type { Descriptor, Manifest, Referrers } from "../registry.ts";
import type { Caller } from "./caller.ts";
import { addToFallback, readFallback } from "./fallback-tag.ts";
import { putManifest } from "./manifests.ts";
import { type ApiMemory, listByApi } from "./referrers-api.ts";

const LOOKS_MAX = 5;

/** What points at manifests of one repository: by the referrers API, or by the tag that stands in for it. */
export function createReferrers(caller: Caller): Referrers {
  const memory: ApiMemory = { isMissing: false };

  async function list(options: {
    subject: Digest;
    artifactType?: string | undefined;
    signal: AbortSignal;
  }): Promise<Descriptor[]> {
    const { artifactType } = options;
    const all = (await listByApi(caller, { ...options, memory })) ?? (await listByTag(options));
    return artifactType === undefined ? all : all.filter((each) => each.artifactType === artifactType);
  }

  async function listByTag(options: { subject: Digest; signal: AbortSignal }): Promise<Descriptor[]> {
    const list = await readFallback(caller, options);
    return list === undefined ? [] : descriptorsIn(list);
  }

  return {
    list,
    async attach(manifest, signal) {
      const subject = subjectOf(manifest);
      const descriptor = referrerOf(manifest);
      const isListed = (found: Descriptor[] | undefined) =>
        found?.some((each) => each.digest === manifest.digest) ?? false;
      const noted = await putManifest(caller, { reference: manifest.digest, manifest, signal });
      // What the registry lists counts, not what it says: some say that they took note, and serve no list.
      let found = await listByApi(caller, { subject, memory, signal });
      if (isListed(found)) return descriptor;
      if (found === undefined || noted !== subject)
        await addToFallback(caller, { subject, descriptor, signal });
      if (found === undefined) return descriptor;
      for (let looks = 1; looks < LOOKS_MAX; looks += 1) {
        await caller.host.settings.sleep(200 * 2 ** looks, signal);
        found = await listByApi(caller, { subject, memory, signal });
        if (isListed(found)) return descriptor;
      }
      throw registryError({
        code: "REFERRER_NOT_LISTED",
        message: `Manifest ${manifest.digest} was attached to ${subject} in repository ${caller.name.repository} of registry ${caller.name.registry}, and the registry does not list it there.`,
        hint: "Run it again in a while; when it stays so, the registry's referrers API does not work.",
      });
    },
  };
}

function subjectOf(manifest: Manifest): Digest {
  const { subject } = readManifest(manifest, `What is to be attached (${manifest.digest})`);
  if (subject === undefined) throw new Error("what is attached must name a subject");
  return subject.digest;
}
