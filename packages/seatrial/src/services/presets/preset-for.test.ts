import { expect, test } from "vitest";
import { presetFor } from "./preset-for.ts";

test.each([
  ["postgres:17", "postgres"],
  ["docker.io/library/postgres", "postgres"],
  ["bitnami/postgresql:16", "postgres"],
  ["postgis/postgis:17-3.5", "postgres"],
  ["pgvector/pgvector:pg17", "postgres"],
  ["timescale/timescaledb:latest-pg17", "postgres"],
  ["timescale/timescaledb-ha:pg17", "postgres"],
  ["mirror.example:5000/hub/mysql:8.4", "mysql"],
  ["mysql/mysql-server", "mysql"],
  ["mariadb:11", "mysql"],
  ["percona:8", "mysql"],
  ["percona/percona-server:8.4", "mysql"],
  ["redis:8-alpine", "redis"],
  ["redis/redis-stack-server", "redis"],
  ["valkey/valkey:8", "redis"],
  ["bitnami/valkey", "redis"],
  ["mongo:8", "mongodb"],
  ["mongodb/mongodb-community-server", "mongodb"],
  ["rabbitmq:4-management", "rabbitmq"],
  ["apache/kafka:4.1.0", "kafka"],
  ["confluentinc/cp-kafka", "kafka"],
  ["redpandadata/redpanda", "kafka"],
  ["nats:2-alpine", "nats"],
  ["natsio/nats-server", "nats"],
  ["prometheuscommunity/postgres-exporter", undefined],
  ["mongo-express", undefined],
  ["nginx", undefined],
  ["constructor", undefined],
])("%s is recognised as %s", (image, name) => {
  expect(presetFor({ image, env: {} })?.name).toBe(name);
});

test.each([
  [{ image: "acme/our-db", name: "postgres" }, "postgres"],
  [{ name: "mariadb" }, "mysql"],
  [{ image: "postgres", name: "redis" }, "redis"],
  [{ image: "postgres", name: "none" }, undefined],
  [{}, undefined],
])("%j gives %s", (options, name) => {
  expect(presetFor({ ...options, env: {} })?.name).toBe(name);
});

test("postgres alone is asked twice, as some of its images bootstrap in the open", () => {
  const counts = ["postgres", "mysql", "redis", "mongo", "rabbitmq", "kafka"].map(
    (image) => presetFor({ image, env: {} })?.confirmations,
  );
  expect(counts).toEqual([2, 1, 1, 1, 1, 1]);
});
