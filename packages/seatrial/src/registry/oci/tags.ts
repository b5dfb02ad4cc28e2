import { bytesOf } from "./body.ts";
import type { Caller } from "./caller.ts";
import { TransportFailure } from "./failure.ts";
import { eachPage } from "./link.ts";

const PAGE_MAX = 16 * 1024 * 1024;

/** All tags of a repository; none when the registry does not know the repository. */
export async function listTags(caller: Caller, signal: AbortSignal): Promise<string[]> {
  const tags: string[] = [];
  const what = "list tags";
  const read = async (path: string | URL) =>
    await caller.ask({ method: "GET", path, what, accepts: [404], signal }, async (answer) => {
      const bytes = await bytesOf(answer, { ...caller.reading(signal), max: PAGE_MAX });
      if (answer.status === 404) return undefined;
      tags.push(...readTags(bytes));
      return answer;
    });
  const { isInsecure } = caller.host.settings;
  await caller.explain(what, async () => await eachPage({ first: "tags/list?n=1000", isInsecure, read }));
  return tags;
}

function readTags(bytes: Buffer | undefined): string[] {
  try {
    const { tags } = JSON.parse(bytes?.toString("utf8") ?? "") as { tags?: unknown };
    // A repository that lost its last tag says null.
    if (tags === null || tags === undefined) return [];
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string")) return tags;
  } catch {
    // Said below.
  }
  throw new TransportFailure("nonsense", "its list of tags is none");
}
