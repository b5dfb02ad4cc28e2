import { createHash } from "node:crypto";
import { pause } from "../../support/abort.ts";
import { childrenOf, escapeXml, textOf } from "../../support/xml.ts";
import { spaceError } from "../errors.ts";
import { inParallel } from "../parallel.ts";
import { must, refused, type S3Client, type S3Request } from "./client.ts";
import {
  listFolders,
  listUploads,
  listVersions,
  MISSING,
  NOT_BUILT,
  type Place,
  type StoredObject,
} from "./listing.ts";

/** S3's own limit for one request. */
const AT_ONCE = 1000;
/** A writer that was not stopped may put something in while it is emptied: copies that were broken off go on in a busy server. */
const PATIENCE_MS = 15_000;
const ROUND_MS = 50;
const LONGEST_ROUND_MS = 500;
/** Objects may be locked for a time, against everybody but the administrator who says so. */
const UNLOCK = { "x-amz-bypass-governance-retention": "true" };

/** Removes every object of a place with all its versions, and breaks off its uploads. A missing bucket is empty. */
export async function emptyPlace(client: S3Client, place: Place, signal: AbortSignal): Promise<void> {
  for await (const uploads of listUploads(client, place, signal)) {
    await inParallel(uploads, ({ key, id }) =>
      must(
        client,
        {
          method: "DELETE",
          bucket: place.bucket,
          key,
          query: { uploadId: id },
          unless: ["NoSuchUpload", "404"],
        },
        signal,
      ),
    );
  }
  for await (const objects of listVersions(client, place, signal)) {
    for (let at = 0; at < objects.length; at += AT_ONCE) {
      await removeAll({ client, place, objects: objects.slice(at, at + AT_ONCE), signal });
    }
  }
}

/** Removes a bucket with everything in it; gives up when it fills again and again for `patienceMs`. Missing is fine. */
export async function removeBucket(
  client: S3Client,
  { bucket, patienceMs = PATIENCE_MS }: { bucket: string; patienceMs?: number },
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let round = 1; ; round += 1) {
    // An empty one needs no look inside.
    const request: S3Request = { method: "DELETE", bucket };
    const answer = await client.send(request, signal);
    if (answer.refusal === undefined || MISSING.includes(answer.refusal)) return;
    if (answer.status !== 409 || performance.now() > end) throw refused(client, request, answer);
    await emptyPlace(client, { bucket, prefix: "" }, signal);
    if (round === 1) continue;
    await pause(Math.min((round - 1) * ROUND_MS, LONGEST_ROUND_MS), signal);
    await removeFolders(client, { bucket, prefix: "" }, signal);
  }
}

/** Servers that keep objects as files may have folders without any, which no list of objects shows. */
async function removeFolders(client: S3Client, place: Place, signal: AbortSignal): Promise<void> {
  for await (const folders of listFolders(client, place, signal)) {
    for (const folder of folders) {
      const prefix = `${folder}/`;
      await removeFolders(client, { bucket: place.bucket, prefix }, signal);
      // Refused while a writer that was not stopped puts something in: the next round sees it.
      const folderItself = { method: "DELETE", bucket: place.bucket, key: prefix } as const;
      await must(client, { ...folderItself, unless: [...MISSING, "NoSuchKey", "InternalError"] }, signal);
    }
  }
}

interface Removal {
  client: S3Client;
  place: Place;
  objects: StoredObject[];
  signal: AbortSignal;
}

async function removeAll(removal: Removal): Promise<void> {
  const { client, place, objects, signal } = removal;
  if (objects.length === 0) return;
  // Not even escaped may these be in XML.
  const isPlain = objects.every(({ key }) => !/[\u0000-\u001f\ufffe\uffff]/.test(key));
  if (objects.length === 1 || !isPlain) return await removeEach(removal);
  const entries = objects.map(({ key, version }) => {
    const rest = version === undefined ? "" : `<VersionId>${escapeXml(version)}</VersionId>`;
    return `<Object><Key>${escapeXml(key)}</Key>${rest}</Object>`;
  });
  const body = `<Delete><Quiet>true</Quiet>${entries.join("")}</Delete>`;
  const md5 = createHash("md5").update(body).digest("base64");
  const answer = await must(
    client,
    {
      method: "POST",
      bucket: place.bucket,
      query: { delete: "" },
      headers: { "content-md5": md5, "content-type": "application/xml", ...UNLOCK },
      body,
      unless: NOT_BUILT,
    },
    signal,
  );
  if (answer.refusal !== undefined) return await removeEach(removal);
  const [left] = childrenOf(answer.xml, "Error");
  if (left !== undefined) {
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `${client.service}: ${textOf(left, "Key")} of bucket ${place.bucket} cannot be removed: ${textOf(left, "Code")} ${textOf(left, "Message")}`,
    });
  }
}

async function removeEach({ client, place, objects, signal }: Removal): Promise<void> {
  await inParallel(objects, ({ key, version }) =>
    must(
      client,
      {
        method: "DELETE",
        bucket: place.bucket,
        key,
        query: version === undefined ? {} : { versionId: version },
        headers: version === undefined ? {} : UNLOCK,
        unless: ["NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404"],
      },
      signal,
    ),
  );
}
