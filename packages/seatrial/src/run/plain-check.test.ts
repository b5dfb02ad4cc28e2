import { describe, expect, it } from "vitest";
import type { PresetName } from "../services/index.ts";
import { isPlainCheck } from "./plain-check.ts";

const shell = (script: string) => ["/bin/sh", "-c", script];

describe("a health check", () => {
  it.each<[PresetName, string]>([
    ["postgres", "pg_isready -U $POSTGRES_USER -d shop || exit 1"],
    ["postgres", "exec /usr/lib/postgresql/17/bin/pg_isready"],
    ["mysql", "mysqladmin ping -h localhost -p$MYSQL_ROOT_PASSWORD"],
    ["mysql", "healthcheck.sh --connect --innodb_initialized"],
    ["redis", "redis-cli -a $REDIS_PASSWORD ping | grep -q PONG"],
    ["mongodb", `mongosh --quiet --eval "db.adminCommand('ping')"`],
    ["mongodb", `echo 'db.runCommand("ping").ok' | mongosh localhost:27017/test --quiet`],
    ["rabbitmq", "rabbitmq-diagnostics -q ping"],
    ["kafka", "/opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --list"],
  ])("of %s that only looks is plain: %s", (preset, script) => {
    expect(isPlainCheck(shell(script), preset)).toBe(true);
  });

  it.each<[PresetName, string]>([
    ["postgres", "pg_isready && psql -c 'select 1 from orders'"],
    ["postgres", "psql -c 'select 1'"],
    ["postgres", "pg_isready; test -f /ready"],
    ["postgres", "test -f /ready # pg_isready"],
    ["postgres", "pg_isready -d $(cat /database)"],
    ["mysql", "healthcheck.sh --connect --replication"],
    ["redis", "redis-cli exists seeded | grep 1"],
    ["mongodb", "mongosh --eval 'rs.initiate()'"],
    ["mongodb", "echo ping | mongosh | grep ok"],
    ["kafka", "kafka-topics --bootstrap-server localhost:9092 --describe --topic orders"],
    ["nats", "nats-server --help"],
  ])("of %s that asks for more is not: %s", (preset, script) => {
    expect(isPlainCheck(shell(script), preset)).toBe(false);
  });

  it("is the same without a shell", () => {
    expect(isPlainCheck(["redis-cli", "ping"], "redis")).toBe(true);
    expect(isPlainCheck(["CMD", "ping"], "redis")).toBe(false);
  });
});
