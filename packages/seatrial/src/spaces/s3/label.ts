import { must, type S3Client } from "./client.ts";
import { NOT_BUILT } from "./listing.ts";

/** S3's own limit for the value of a tag. */
const LONGEST = 256;

/** Writes a text into the bucket's tag `seatrial`, on servers that have tags. What a tag cannot hold becomes an underscore. */
export async function labelBucket(
  client: S3Client,
  { bucket, text }: { bucket: string; text: string },
  signal: AbortSignal,
): Promise<void> {
  const value = text.replace(/[^A-Za-z0-9 +\-=._:/@]/g, "_").slice(0, LONGEST);
  const tag = `<Tag><Key>seatrial</Key><Value>${value}</Value></Tag>`;
  // Some servers see no more than that a bucket is put, which is there.
  const unless = [...NOT_BUILT, "BucketAlreadyExists", "BucketAlreadyOwnedByYou"];
  const body = `<Tagging><TagSet>${tag}</TagSet></Tagging>`;
  await must(client, { method: "PUT", bucket, query: { tagging: "" }, body, unless }, signal);
}
