import { TransportFailure } from "./failure.ts";
import type { Answer } from "./transport.ts";

const REDIRECTS = [301, 302, 303, 307, 308];
const HOPS_MAX = 5;

/** Goes where answers point to, a few times at most. `follow` decides what is sent along. */
export async function followRedirects(
  first: Answer,
  options: {
    isAccepted: (status: number) => boolean;
    isInsecure: (url: URL) => boolean;
    follow: (url: URL) => Promise<Answer>;
    leave: (answer: Answer) => Promise<void>;
  },
): Promise<Answer> {
  let answer = first;
  for (let hops = 0; REDIRECTS.includes(answer.status) && !options.isAccepted(answer.status); hops += 1) {
    await options.leave(answer);
    if (hops === HOPS_MAX) throw new TransportFailure("nonsense", `it redirects more than ${HOPS_MAX} times`);
    answer = await options.follow(
      nextAddress(answer.headers.location, { from: answer.url, isInsecure: options.isInsecure }),
    );
  }
  return answer;
}

/** An address that a server gave. One that would leave TLS is refused; the address itself may hold a signature and is not shown. */
export function nextAddress(
  location: string | undefined,
  options: { from: URL; isInsecure: (url: URL) => boolean },
): URL {
  const { from, isInsecure } = options;
  let url: URL;
  try {
    url = new URL(location ?? "", from);
    if (location === undefined) throw new TypeError("no location");
  } catch {
    throw new TransportFailure("nonsense", "it points nowhere (its Location is missing or no address)");
  }
  const isPlain = url.protocol === "http:" && (from.protocol === "http:" || isInsecure(url));
  if (url.protocol !== "https:" && !isPlain) {
    throw new TransportFailure(
      "nonsense",
      `it points from ${from.origin} to ${url.origin}, out of TLS (a registry behind a proxy must be told about X-Forwarded-Proto)`,
    );
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}
