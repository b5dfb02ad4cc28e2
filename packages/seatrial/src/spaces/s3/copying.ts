import { encodeKey, must, type S3Client } from "./client.ts";
import { listObjects, NOT_BUILT, type Place, type StoredObject } from "./listing.ts";
import { writeObjects } from "./writing.ts";

/** The objects of a place, which are then copied with its prefix left out. */
export interface Source {
  place: Place;
  objects: StoredObject[];
}

/** Looks up what is in a place. */
export async function sourceOf(client: S3Client, place: Place, signal: AbortSignal): Promise<Source> {
  const objects: StoredObject[] = [];
  for await (const page of listObjects(client, place, signal)) objects.push(...page);
  return { place, objects };
}

/** Copies them within the server, with their metadata; through here where the server cannot. */
export async function copyObjects(
  client: S3Client,
  { source, to }: { source: Source; to: Place },
  signal: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = source.place;
  await writeObjects(source.objects, async ({ key }) => {
    const target = { bucket: to.bucket, key: to.prefix + key.slice(prefix.length) };
    const from = `/${encodeKey(bucket)}/${encodeKey(key)}`;
    const copied = await must(
      client,
      { method: "PUT", ...target, headers: { "x-amz-copy-source": from }, unless: NOT_BUILT },
      signal,
    );
    if (copied.refusal === undefined) return;
    const read = await must(client, { method: "GET", bucket, key }, signal);
    const kept = Object.entries(read.headers).filter(([name]) => /^(content-type|x-amz-meta-.*)$/.test(name));
    const headers = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
    await must(client, { method: "PUT", ...target, headers, body: read.body }, signal);
  });
}
