import { childrenOf, parseXml, textOf, type XmlElement } from "../../../support/xml.ts";
import { below } from "../address.ts";
import { senseless, textOfAnswer } from "../answers.ts";
import { type Bearer, withBearer } from "../bearer.ts";
import type { HttpClient } from "../http-client.ts";
import { encodeKey, encodeQuery } from "../percent-encode.ts";
import type { Renewed } from "../renewed.ts";
import type { StoredObject, UnitStorage } from "../storage.ts";
import type { BlobPlace } from "./place.ts";

const VERSION = "2021-12-02";

/** A container of Azure Blob Storage: with the signature of its place, else with tokens. */
export function openBlobStorage(options: {
  place: BlobPlace;
  /** Where the signature is from, for people. */
  sasFrom: string;
  http: HttpClient;
  tokens: Renewed<Bearer>;
}): UnitStorage {
  const { place, http, sasFrom } = options;
  const { sas, root, container } = place;
  const tokens = sas === undefined ? options.tokens : undefined;
  const signature = new URLSearchParams(sas ?? "").get("sig") ?? "";
  const secrets = [sas ?? "", signature, encodeURIComponent(signature)];

  async function ask(
    { name, path, query }: { name: string; path?: string; query?: string },
    signal: AbortSignal,
  ) {
    const whole = [query, sas].filter((part) => part).join("&");
    const url = new URL(path === undefined ? container : below(container, path));
    url.search = whole;
    return await withBearer({ tokens, name, secrets, from: sasFrom }, signal, (authorization) => {
      const headers = { "x-ms-version": VERSION, "x-ms-date": new Date().toUTCString(), ...authorization };
      return http.send({ name, method: "GET", url, headers }, signal);
    });
  }

  return {
    name: place.name,
    async *list(prefix, signal) {
      let marker = "";
      for (;;) {
        const query = {
          restype: "container",
          comp: "list",
          prefix: `${root}${prefix}`,
          ...(marker === "" ? {} : { marker }),
        };
        const answer = await ask({ name: `list of ${place.name}`, query: encodeQuery(query) }, signal);
        const page = answer === undefined ? undefined : parseXml(await textOfAnswer(answer, place.name));
        if (page?.name !== "EnumerationResults") throw senseless(place.name, "is no list of a container");
        yield blobsIn(page, root);
        const next = textOf(page, "NextMarker");
        if (next === "") return;
        if (next === marker) throw senseless(place.name, "is a list that goes on without saying where");
        marker = next;
      }
    },
    async get(key, signal) {
      return (await ask({ name: `${place.name}: ${key}`, path: encodeKey(`${root}${key}`) }, signal))?.body;
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}

function blobsIn(page: XmlElement, root: string): StoredObject[] {
  return childrenOf(childrenOf(page, "Blobs")[0], "Blob")
    .map((blob) => ({
      key: textOf(blob, "Name"),
      bytes: Number(textOf(childrenOf(blob, "Properties")[0], "Content-Length")),
    }))
    .filter(({ key }) => key.startsWith(root))
    .map(({ key, bytes }) => ({ key: key.slice(root.length), bytes }));
}
