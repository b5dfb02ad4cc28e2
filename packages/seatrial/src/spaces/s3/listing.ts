import { childrenOf, textOf, type XmlElement } from "../../support/xml.ts";
import { spaceError } from "../errors.ts";
import { must, type S3Client, type S3Request } from "./client.ts";

/** A part of a bucket: the keys that begin with a prefix, or all of them. */
export interface Place {
  bucket: string;
  /** Empty, or ends with a slash. */
  prefix: string;
}

export interface StoredObject {
  key: string;
  size: number;
  /** Absent in a bucket without versions. */
  version?: string | undefined;
}

export interface Upload {
  key: string;
  id: string;
}

/** How servers say that they do not have what was asked for. */
export const NOT_BUILT = ["NotImplemented", "MethodNotAllowed", "NotSupported", "501", "405"];
/** How they say that a bucket is not there. */
export const MISSING = ["NoSuchBucket", "404"];
const NOTHING: XmlElement = { name: "", text: "", children: [] };

/** Every object of a place, page by page. */
export async function* listObjects(client: S3Client, place: Place, signal: AbortSignal) {
  const query = { "list-type": "2", "encoding-type": "url", prefix: place.prefix };
  for await (const page of pages({
    client,
    place,
    query,
    signal,
    marks: [["continuation-token", "NextContinuationToken"]],
  })) {
    yield objectsIn(page, ["Contents"]);
  }
}

/** The folders right below a prefix, without their slash. */
export async function* listFolders(client: S3Client, place: Place, signal: AbortSignal) {
  const query = { "list-type": "2", "encoding-type": "url", prefix: place.prefix, delimiter: "/" };
  for await (const page of pages({
    client,
    place,
    query,
    signal,
    marks: [["continuation-token", "NextContinuationToken"]],
  })) {
    const decode = decoderOf(page);
    yield childrenOf(page, "CommonPrefixes").map((each) => decode(textOf(each, "Prefix")).replace(/\/$/, ""));
  }
}

/** Every version of every object of a place, and what marks them deleted. Without versions: its objects. */
export async function* listVersions(client: S3Client, place: Place, signal: AbortSignal) {
  const query = { versions: "", "encoding-type": "url", prefix: place.prefix };
  const marks: Mark[] = [
    ["key-marker", "NextKeyMarker"],
    ["version-id-marker", "NextVersionIdMarker"],
  ];
  let isFirst = true;
  for await (const page of pages({ client, place, query, signal, marks, unless: NOT_BUILT })) {
    // A server that does not know of versions lists the bucket as ever.
    if (isFirst && page.name !== "ListVersionsResult") return yield* listObjects(client, place, signal);
    isFirst = false;
    yield objectsIn(page, ["Version", "DeleteMarker"]);
  }
}

/** Uploads of a place that were begun and not ended. */
export async function* listUploads(client: S3Client, place: Place, signal: AbortSignal) {
  const query = { uploads: "", "encoding-type": "url", prefix: place.prefix };
  const marks: Mark[] = [
    ["key-marker", "NextKeyMarker"],
    ["upload-id-marker", "NextUploadIdMarker"],
  ];
  // Of a bucket without any, rclone says that there is no such upload.
  const unless = [...NOT_BUILT, "NoSuchUpload"];
  for await (const page of pages({ client, place, query, signal, marks, unless })) {
    const decode = decoderOf(page);
    yield childrenOf(page, "Upload").map(
      (upload): Upload => ({ key: decode(textOf(upload, "Key")), id: textOf(upload, "UploadId") }),
    );
  }
}

/** The parameter that asks for the next page, and the element that tells its value. */
type Mark = readonly [parameter: string, element: string];

async function* pages(options: {
  client: S3Client;
  place: Place;
  query: Record<string, string>;
  marks: readonly Mark[];
  unless?: readonly string[];
  signal: AbortSignal;
}): AsyncGenerator<XmlElement> {
  const { client, place, marks, unless = [], signal } = options;
  let query = options.query;
  for (;;) {
    const request: S3Request = { method: "GET", bucket: place.bucket, query };
    const { xml, refusal } = await must(client, { ...request, unless: [...unless, ...MISSING] }, signal);
    if (refusal !== undefined) {
      if (!MISSING.includes(refusal)) yield NOTHING;
      return;
    }
    if (xml === undefined) throw senseless(client, place, "is no XML");
    yield xml;
    if (textOf(xml, "IsTruncated") !== "true") return;
    const decode = decoderOf(xml);
    const next = marks.map(([parameter, element]) => {
      const value = textOf(xml, element);
      return [parameter, parameter === "key-marker" ? decode(value) : value] as const;
    });
    const after = { ...query, ...Object.fromEntries(next.filter(([, value]) => value !== "")) };
    if (JSON.stringify(after) === JSON.stringify(query)) {
      throw senseless(client, place, "goes on without saying where");
    }
    query = after;
  }
}

function objectsIn(page: XmlElement, names: readonly string[]): StoredObject[] {
  const decode = decoderOf(page);
  return names
    .flatMap((name) => childrenOf(page, name))
    .map((entry) => ({
      key: decode(textOf(entry, "Key")),
      size: Number(textOf(entry, "Size")),
      version: textOf(entry, "VersionId") || undefined,
    }));
}

/** Keys may hold what XML cannot, so they are asked for percent-encoded; not every server does that. */
function decoderOf(page: XmlElement): (text: string) => string {
  if (textOf(page, "EncodingType") !== "url") return (text) => text;
  return (text) => decodeURIComponent(text.replaceAll("+", " "));
}

function senseless(client: S3Client, place: Place, what: string) {
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `${client.service}: the S3 server's list of bucket ${place.bucket} ${what}`,
  });
}
