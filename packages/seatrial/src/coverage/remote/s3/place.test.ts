import { expect, it } from "vitest";
import type { Variables } from "../storage.ts";
import { bucketUrl, s3PlaceOf } from "./place.ts";

it.each<[string, Variables, string]>([
  ["s3://coverage/orders", { AWS_REGION: "eu-west-1" }, "https://coverage.s3.eu-west-1.amazonaws.com/"],
  ["s3://coverage", {}, "https://coverage.s3.us-east-1.amazonaws.com/"],
  ["s3://coverage", { AWS_DEFAULT_REGION: "eu-north-1" }, "https://coverage.s3.eu-north-1.amazonaws.com/"],
  [
    "s3://coverage?region=cn-north-1",
    { AWS_REGION: "eu-west-1" },
    "https://coverage.s3.cn-north-1.amazonaws.com.cn/",
  ],
  ["s3://cover.age", {}, "https://s3.us-east-1.amazonaws.com/cover.age"],
  ["s3://coverage?path-style=1", {}, "https://s3.us-east-1.amazonaws.com/coverage"],
  [
    "s3://coverage?endpoint=http://minio:9000",
    { AWS_ENDPOINT_URL: "http://other" },
    "http://minio:9000/coverage",
  ],
  ["s3://coverage?endpoint=https://h/s3/", {}, "https://h/s3/coverage"],
  [
    "s3://coverage",
    { AWS_ENDPOINT_URL_S3: "http://minio", AWS_ENDPOINT_URL: "http://other" },
    "http://minio/coverage",
  ],
  ["s3://coverage", { AWS_ENDPOINT_URL: "http://minio:9000" }, "http://minio:9000/coverage"],
  ["s3://coverage?endpoint=http://minio:9000&path-style=0", {}, "http://coverage.minio:9000/"],
])("%s with %j is at %s", (address, environment, url) => {
  expect(bucketUrl(s3PlaceOf(address, environment)).href).toBe(url);
});
