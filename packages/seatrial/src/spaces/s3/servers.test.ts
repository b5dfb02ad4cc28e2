import { describe, expect, test } from "vitest";
import { s3KeysIn, s3RegionIn, s3ServiceOf } from "./servers.ts";

const of = (image: string, words: string[] = [], env: Record<string, string> = {}) =>
  s3ServiceOf({ image, words, env });

describe("a service that speaks S3", () => {
  test("is told by the end of its image's name", () => {
    for (const image of [
      "minio/minio",
      "quay.io/minio/minio:RELEASE.2025",
      "host:5000/mirror/minio@sha256:0",
      "minio",
    ]) {
      expect([image, of(image)?.port]).toEqual([image, 9000]);
    }
    for (const image of ["acme/minio-client", "xminio", "s3mock", "demo:latest", "postgres:17"]) {
      expect([image, of(image)]).toEqual([image, undefined]);
    }
    expect(of("ceph/demo:latest")?.port).toBe(8080);
  });

  test("is told from another use of its image by its command", () => {
    expect(of("rclone/rclone", ["sync", "a:", "b:"])).toBeUndefined();
    expect(of("chrislusf/seaweedfs", ["master"])).toBeUndefined();
    expect(of("chrislusf/seaweedfs", ["server", "-s3"])).toEqual({ port: 8333, keys: undefined });
    expect(
      of("rclone/rclone:1", ["serve", "s3", "--addr", ":9999", "--auth-key", "a,b+c/", "/data"]),
    ).toEqual({
      port: 9999,
      keys: { user: "a", password: "b+c/" },
    });
    expect(of("rclone/rclone:1", ["serve", "s3", "--addr=0.0.0.0:80", "--auth-key=a,b"])).toEqual({
      port: 80,
      keys: { user: "a", password: "b" },
    });
  });

  test("has the keys of its variables, else those that its server begins with", () => {
    expect(of("minio/minio")?.keys).toEqual({ user: "minioadmin", password: "minioadmin" });
    const env = {
      MINIO_ROOT_USER: "root",
      MINIO_ROOT_PASSWORD: "secret",
      AWS_ACCESS_KEY_ID: "not",
      AWS_SECRET_ACCESS_KEY: "it",
    };
    expect(of("minio/minio", ["server", "/data", "--address", ":9100"], env)).toEqual({
      port: 9100,
      keys: { user: "root", password: "secret" },
    });
    expect(of("dxflrs/garage")).toEqual({ port: 3900, keys: undefined });
  });
});

describe("keys and regions", () => {
  test("are found in variables, by whole pairs", () => {
    expect(s3KeysIn({ CEPH_DEMO_ACCESS_KEY: "a", CEPH_DEMO_SECRET_KEY: "b" })).toEqual({
      user: "a",
      password: "b",
    });
    expect(s3KeysIn({ MINIO_ROOT_USER: "a", MINIO_ROOT_PASSWORD: "" })).toBeUndefined();
    expect(s3KeysIn({ RCLONE_AUTH_KEY: "a,b" })).toEqual({ user: "a", password: "b" });
    expect(s3KeysIn({ RCLONE_AUTH_KEY: "a" })).toBeUndefined();
    expect(s3RegionIn({})).toBe("us-east-1");
    expect(s3RegionIn({ MINIO_REGION: "eu-1" })).toBe("eu-1");
    expect(s3RegionIn({ GARAGE_DEFAULT_BUCKET: "x" })).toBe("garage");
  });
});
