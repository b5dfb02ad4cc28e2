import { TransportFailure } from "./failure.ts";
import { nextAddress } from "./redirect.ts";
import type { Answer } from "./transport.ts";

const PAGES_MAX = 10_000;

/** Reads page after page of a list. `read` reads one answer; pages on another origin, or that come again, are refused. */
export async function eachPage(options: {
  first: string;
  isInsecure: (url: URL) => boolean;
  read: (page: string | URL) => Promise<Answer | undefined>;
}): Promise<void> {
  const seen = new Set<string>();
  let page: string | URL | undefined = options.first;
  while (page !== undefined) {
    const answer: Answer | undefined = await options.read(page);
    page = answer && nextPage(answer, options.isInsecure);
    if (page === undefined) return;
    if (seen.has(page.href) || seen.size >= PAGES_MAX)
      throw new TransportFailure("nonsense", "its list has no end");
    seen.add(page.href);
  }
}

/** Where the list goes on: `Link: </v2/app/tags/list?last=b>; rel="next"`. */
function nextPage({ headers, url }: Answer, isInsecure: (url: URL) => boolean): URL | undefined {
  for (const [, target = "", parameters = ""] of [headers.link ?? ""]
    .flat()
    .join(", ")
    .matchAll(/<([^>]*)>([^<]*)/g)) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(;|,|$)/i.test(parameters)) continue;
    const next = nextAddress(target, { from: url, isInsecure });
    if (next.origin !== url.origin)
      throw new TransportFailure("nonsense", `its list goes on elsewhere (${next.origin})`);
    return next;
  }
  return undefined;
}
