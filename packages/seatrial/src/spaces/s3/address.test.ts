import { describe, expect, test } from "vitest";
import { s3Client, s3Env, s3Values } from "./address.ts";

const values = {
  user: "k",
  password: "s+/",
  access_key: "k",
  secret_key: "s+/",
  region: "r",
  bucket: "st-1",
};
const bucket = { name: "st_1", port: 9000, values: { ...values, name: "st-1" } };
const folder = { ...bucket, values: { ...values, name: "all/st_1", bucket: "all", prefix: "st_1/" } };

describe("a bucket's address", () => {
  test("has the endpoint, the bucket and the keys, as the SDKs read them", () => {
    const here = s3Values(bucket, { host: "files", port: 9001 });
    expect(here).toEqual({
      ...bucket.values,
      host: "files",
      port: "9001",
      endpoint: "http://files:9001",
      url: "http://files:9001/st-1",
    });
    expect(s3Env(here)).toEqual({
      AWS_ENDPOINT_URL: "http://files:9001",
      AWS_ACCESS_KEY_ID: "k",
      AWS_SECRET_ACCESS_KEY: "s+/",
      AWS_REGION: "r",
      AWS_DEFAULT_REGION: "r",
      S3_BUCKET: "st-1",
    });
  });

  test("of a folder has its prefix too", () => {
    const here = s3Values(folder, { host: "::1", port: 1 });
    expect(here["url"]).toBe("http://[::1]:1/all/st_1/");
    expect(s3Env(here)).toMatchObject({ S3_BUCKET: "all", S3_PREFIX: "st_1/" });
  });

  test("reaches the clients by their environment, never by the text of a command", () => {
    const { argv, env } = s3Client(s3Values(folder, { host: "127.0.0.1", port: 1 }));
    expect(argv.join(" ")).not.toContain("s+/");
    expect(env).toMatchObject({ PLACE: "all/st_1", MC_HOST_space: "http://k:s%2B%2F@127.0.0.1:1" });
  });
});
