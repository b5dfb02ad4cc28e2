import { childrenOf, textOf } from "../../support/xml.ts";
import type { MadeSpace } from "../maker.ts";
import type { S3Client } from "./client.ts";
import { must } from "./client.ts";
import { emptyPlace, removeBucket } from "./emptying.ts";
import { listFolders, type Place } from "./listing.ts";

/** Where spaces are in a server: each a bucket of its own, or each a folder in one bucket. */
export interface Places {
  of(name: string): Place;
  make(name: string, signal: AbortSignal): Promise<Place>;
  /** With everything in it. Missing is fine. */
  drop(name: string, signal: AbortSignal): Promise<void>;
  list(prefix: string, signal: AbortSignal): Promise<string[]>;
  /** What the kind's values are made from. */
  space(name: string, port: number): MadeSpace;
  close(): Promise<void>;
}

/** Buckets of their own. Names of buckets know no underscore. */
export function bucketPlaces(client: S3Client): Places {
  const bucketOf = (name: string) => name.replaceAll("_", "-");
  const of = (name: string) => ({ bucket: bucketOf(name), prefix: "" });
  return {
    of,
    async make(name, signal) {
      await createBucket(client, { bucket: bucketOf(name) }, signal);
      return of(name);
    },
    drop: (name, signal) => removeBucket(client, { bucket: bucketOf(name) }, signal),
    async list(prefix, signal) {
      const { xml } = await must(client, { method: "GET" }, signal);
      const buckets = childrenOf(xml, "Buckets").flatMap((list) => childrenOf(list, "Bucket"));
      const names = buckets.map((bucket) => textOf(bucket, "Name"));
      return names
        .filter((name) => name.startsWith(bucketOf(prefix)))
        .map((name) => name.replaceAll("-", "_"));
    },
    space: (name, port) => ({ name, port, values: valuesOf(client, of(name)) }),
    close: async () => undefined,
  };
}

/** The bucket of spaces that are folders, in a server whose settings name none. */
const SHARED = "seatrial-spaces";

/** Folders in one bucket, which is made when it is missing. */
export async function prefixPlaces(
  client: S3Client,
  options: { bucket: string | undefined; signal: AbortSignal },
): Promise<Places> {
  const bucket = options.bucket ?? SHARED;
  const of = (name: string) => ({ bucket, prefix: `${name}/` });
  await createBucket(
    client,
    { bucket, unless: ["BucketAlreadyOwnedByYou", "BucketAlreadyExists", "409"] },
    options.signal,
  );
  return {
    of,
    async make(name, signal) {
      // A folder is there with its first object.
      signal.throwIfAborted();
      return of(name);
    },
    drop: (name, signal) => emptyPlace(client, of(name), signal),
    async list(prefix, signal) {
      const names: string[] = [];
      for await (const page of listFolders(client, { bucket, prefix }, signal)) names.push(...page);
      return names;
    },
    space: (name, port) => ({ name, port, values: valuesOf(client, of(name)) }),
    async close() {
      // Refused while other brokers have spaces in it; the last one removes it.
      const { signal } = new AbortController();
      if (bucket === SHARED) await client.send({ method: "DELETE", bucket }, signal);
    },
  };
}

async function createBucket(
  client: S3Client,
  { bucket, unless = [] }: { bucket: string; unless?: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  // The region that is S3's first must not be named.
  const place = `<CreateBucketConfiguration><LocationConstraint>${client.region}</LocationConstraint></CreateBucketConfiguration>`;
  const body = client.region === "us-east-1" ? {} : { body: place };
  await must(client, { method: "PUT", bucket, unless, ...body }, signal);
}

function valuesOf(client: S3Client, { bucket, prefix }: Place): Record<string, string> {
  const { user, password } = client.keys;
  return {
    user,
    password,
    access_key: user,
    secret_key: password,
    name: `${bucket}/${prefix}`.replace(/\/$/, ""),
    bucket,
    ...(prefix === "" ? {} : { prefix }),
    region: client.region,
  };
}
