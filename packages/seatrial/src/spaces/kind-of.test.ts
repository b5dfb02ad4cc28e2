import { expect, it } from "vitest";
import { spaceKindOf } from "./kind-of.ts";

it.each([
  [{ preset: "postgres", image: "anything" }, "postgres"],
  [{ preset: "mysql" }, "mysql"],
  [{ preset: "kafka", image: "minio/minio" }, undefined],
  [{ preset: "toString" }, undefined],
  [{ preset: "nats", image: "nats:2.10-alpine" }, "nats"],
  [{ image: "registry:5000/mirror/minio/minio:RELEASE@sha256:ab" }, "s3"],
  [{ image: "rclone/rclone" }, "s3"],
  [{ image: "localstack/localstack:4" }, "s3"],
  [{ image: "company/minio-console" }, undefined],
  [{ image: "constructor" }, undefined],
  [{}, undefined],
])("%j is %s", (service, kind) => {
  expect(spaceKindOf(service)).toBe(kind);
});
