// S3, of whatever server: a space is a bucket, or a folder in one, with the server's own keys. They are those of every other space
// too: S3 has no users that every server could make, so that this keeps tests apart and is no wall between them.
import type { SpaceKindDriver } from "../maker.ts";
import { s3Client, s3Env, s3Values } from "./address.ts";
import { openS3Maker } from "./maker.ts";

/** Spaces of servers that speak S3. */
export const s3Kind: SpaceKindDriver = {
  kind: "s3",
  open: openS3Maker,
  values: s3Values,
  env: s3Env,
  client: s3Client,
};
