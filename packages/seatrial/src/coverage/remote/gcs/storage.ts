import type { BucketAddress } from "../address.ts";
import { below } from "../address.ts";
import { jsonOf, senseless, textOfAnswer } from "../answers.ts";
import { type Bearer, withBearer } from "../bearer.ts";
import type { HttpClient } from "../http-client.ts";
import { encodeQuery, percentEncode } from "../percent-encode.ts";
import type { Renewed } from "../renewed.ts";
import type { StoredObject, UnitStorage } from "../storage.ts";

/** A bucket of Google Cloud Storage in Google's own interface. `tokens` are absent for emulators. */
export function openGcsStorage(options: {
  address: BucketAddress;
  endpoint: URL;
  http: HttpClient;
  tokens?: Renewed<Bearer> | undefined;
}): UnitStorage {
  const { address, endpoint, http, tokens } = options;
  const root = address.prefix === "" ? "" : `${address.prefix}/`;
  const objects = `storage/v1/b/${address.bucket}/o`;

  async function ask({ name, url }: { name: string; url: URL }, signal: AbortSignal) {
    return await withBearer({ tokens, name }, signal, (headers) =>
      http.send({ name, method: "GET", url, headers }, signal),
    );
  }

  return {
    name: address.name,
    async *list(prefix, signal) {
      let token: string | undefined;
      for (;;) {
        const query = {
          prefix: `${root}${prefix}`,
          fields: "items(name,size),nextPageToken",
          ...(token === undefined ? {} : { pageToken: token }),
        };
        const answer = await ask(
          { name: `list of ${address.name}`, url: below(endpoint, objects, encodeQuery(query)) },
          signal,
        );
        const page = answer === undefined ? undefined : jsonOf(await textOfAnswer(answer, address.name));
        if (page === undefined) throw senseless(address.name, "is no list of a bucket");
        yield itemsOf(page["items"], root);
        const next = page["nextPageToken"];
        if (typeof next !== "string" || next === "") return;
        if (next === token) throw senseless(address.name, "is a list that goes on without saying where");
        token = next;
      }
    },
    async get(key, signal) {
      const name = `gs://${address.bucket}/${root}${key}`;
      const url = below(endpoint, `${objects}/${percentEncode(`${root}${key}`)}`, "alt=media");
      return (await ask({ name, url }, signal))?.body;
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}

function itemsOf(items: unknown, root: string): StoredObject[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: { name?: unknown; size?: unknown } | null) =>
    typeof item?.name === "string" && item.name.startsWith(root)
      ? [
          {
            key: item.name.slice(root.length),
            bytes: item.size === undefined ? undefined : Number(item.size),
          },
        ]
      : [],
  );
}
