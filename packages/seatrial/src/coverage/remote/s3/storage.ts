import { sign } from "aws4";
import { childrenOf, parseXml, textOf, type XmlElement } from "../../../support/xml.ts";
import { below } from "../address.ts";
import { refusal, senseless, textOfAnswer, wordsOf } from "../answers.ts";
import type { HttpAnswer, HttpClient } from "../http-client.ts";
import { encodeKey, encodeQuery, percentDecode } from "../percent-encode.ts";
import type { Renewed } from "../renewed.ts";
import type { StoredObject, UnitStorage } from "../storage.ts";
import type { AwsKeys } from "./aws-keys.ts";
import { bucketUrl, isRegion, type S3Place } from "./place.ts";

const EXPIRED = [
  "ExpiredToken",
  "ExpiredTokenException",
  "TokenRefreshRequired",
  "RequestExpired",
  "InvalidToken",
];

/** A bucket of S3. */
export function openS3Storage(options: {
  place: S3Place;
  http: HttpClient;
  keys: Renewed<AwsKeys>;
}): UnitStorage {
  const { http, keys } = options;
  const { address } = options.place;
  let place = options.place;
  let hasLearnt = false;
  const root = address.prefix === "" ? "" : `${address.prefix}/`;

  /** Resolves with an answer of 200, or undefined for 404 of an object. */
  async function ask(
    wanted: { path: string; query?: Record<string, string>; name: string },
    signal: AbortSignal,
  ) {
    for (let hasRenewed = false; ; ) {
      const used = await keys.get(signal);
      const bucket = bucketUrl(place);
      const query = encodeQuery(wanted.query ?? {});
      const url = wanted.path === "" ? new URL(`?${query}`, bucket) : below(bucket, wanted.path, query);
      const answer = await http.send(
        { name: wanted.name, method: "GET", url, headers: signed(url, used, place.region) },
        signal,
      );
      if (answer.status === 200) return answer;
      const { code, kept } = await readRefusal(answer);
      if (learnRegion(answer)) continue;
      if (!hasRenewed && EXPIRED.includes(code) && keys.forget()) {
        hasRenewed = true;
        continue;
      }
      if (code === "NoSuchKey" || (answer.status === 404 && code === "" && wanted.path !== ""))
        return undefined;
      throw await refusal({
        answer: kept,
        name: wanted.name,
        from: used.from,
        secrets: [used.secret, used.token],
      });
    }
  }

  /** Of Amazon's own endpoints only, whose names are made here: no answer sends signatures to another place. */
  function learnRegion(answer: HttpAnswer): boolean {
    const region = String(answer.headers["x-amz-bucket-region"] ?? "");
    if (place.endpoint !== undefined || hasLearnt || !isRegion(region) || region === place.region)
      return false;
    hasLearnt = true;
    place = { ...place, region };
    return true;
  }

  return {
    name: address.name,
    async *list(prefix, signal) {
      let query: Record<string, string> = {
        "list-type": "2",
        "encoding-type": "url",
        prefix: `${root}${prefix}`,
      };
      for (;;) {
        const answer = await ask({ path: "", query, name: `list of ${address.name}` }, signal);
        const page = answer === undefined ? undefined : parseXml(await textOfAnswer(answer, address.name));
        if (page?.name !== "ListBucketResult") throw senseless(address.name, "is no list of a bucket");
        yield objectsIn(page, root);
        if (textOf(page, "IsTruncated") !== "true") return;
        const token = textOf(page, "NextContinuationToken");
        if (token === "" || token === query["continuation-token"])
          throw senseless(address.name, "is a list that goes on without saying where");
        query = { ...query, "continuation-token": token };
      }
    },
    async get(key, signal) {
      const name = `s3://${address.bucket}/${root}${key}`;
      return (await ask({ path: encodeKey(`${root}${key}`), name }, signal))?.body;
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };
}

async function readRefusal(answer: HttpAnswer) {
  const text = await textOfAnswer(answer, "").catch(() => "");
  const again = (): HttpAnswer => ({
    ...answer,
    body: (async function* () {
      yield Buffer.from(text);
    })(),
  });
  return { code: (await wordsOf(again())).code, kept: again() };
}

function signed(url: URL, keys: AwsKeys, region: string): Record<string, string> {
  const request = sign(
    {
      service: "s3",
      region,
      method: "GET",
      host: url.host,
      path: `${url.pathname}${url.search}`,
      headers: { "content-type": "application/octet-stream" },
    },
    {
      accessKeyId: keys.id,
      secretAccessKey: keys.secret,
      ...(keys.token === undefined ? {} : { sessionToken: keys.token }),
    },
  );
  return Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function objectsIn(page: XmlElement, root: string): StoredObject[] {
  // Keys may hold what XML cannot, so they are asked for percent-encoded; not every server does that.
  const isEncoded = textOf(page, "EncodingType") === "url";
  const decode = (text: string) => (isEncoded ? (percentDecode(text.replaceAll("+", " ")) ?? text) : text);
  return childrenOf(page, "Contents")
    .map((entry) => ({ key: decode(textOf(entry, "Key")), bytes: Number(textOf(entry, "Size")) }))
    .filter(({ key }) => key.startsWith(root))
    .map(({ key, bytes }) => ({ key: key.slice(root.length), bytes }));
}
