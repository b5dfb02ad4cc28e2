import { expect, test } from "vitest";
import { parseImageName } from "./image-name.ts";

test.each([
  ["postgres", "postgres", false],
  ["postgres:17-alpine", "postgres", false],
  ["docker.io/library/postgres:17", "postgres", false],
  ["registry.example:5000/mirror/postgres", "postgres", false],
  ["registry.example:5000/mirror/postgres:17@sha256:abc", "postgres", false],
  ["bitnami/postgresql:16", "postgresql", true],
  ["registry.example/bitnamilegacy/redis", "redis", true],
  ["bitnami", "bitnami", false],
  ["PostGIS/PostGIS:17", "postgis", false],
  ["", "", false],
])("the name in %s is %s", (reference, name, bitnami) => {
  expect(parseImageName(reference)).toEqual({ name, bitnami });
});
