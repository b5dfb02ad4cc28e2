import { describe, expect, test } from "vitest";
import { type PresetOptions, presetFor } from "./preset-for.ts";

interface Row {
  image?: string;
  env?: Record<string, string>;
  command?: string[];
  files?: Record<string, string>;
  probe: object;
}

function checkAll(image: string, kind: string, rows: Row[]) {
  for (const { probe, ...given } of rows) {
    test(`${JSON.stringify({ image, ...given })} is asked with ${kind} ${JSON.stringify(probe)}`, () => {
      const options: PresetOptions = {
        image: given.image ?? image,
        env: given.env ?? {},
        command: given.command,
        fileText: (path) => given.files?.[path],
      };
      expect(presetFor(options)?.probe).toEqual({ kind, ...probe });
    });
  }
}

describe("postgres", () => {
  const plain = { port: 5432, user: "postgres", password: "s3cret", database: "postgres" };
  const POSTGRES_PASSWORD = "s3cret";
  checkAll("postgres:17", "postgres", [
    { probe: { ...plain, password: undefined } },
    { env: { POSTGRES_PASSWORD }, probe: plain },
    {
      env: { POSTGRES_PASSWORD, POSTGRES_USER: "shop" },
      probe: { ...plain, user: "shop", database: "shop" },
    },
    { env: { POSTGRES_PASSWORD, POSTGRES_DB: "shop_db" }, probe: { ...plain, database: "shop_db" } },
    {
      env: { POSTGRES_PASSWORD_FILE: "/run/secrets/pg" },
      files: { "/run/secrets/pg": "s3cret\n" },
      probe: plain,
    },
    { env: { POSTGRES_PASSWORD, PGPORT: "6000" }, probe: { ...plain, port: 6000 } },
    { env: { POSTGRES_PASSWORD }, command: ["postgres", "-p", "6000"], probe: { ...plain, port: 6000 } },
    { env: { POSTGRES_PASSWORD }, command: ["-c", "port=6000"], probe: { ...plain, port: 6000 } },
    { env: { POSTGRES_PASSWORD }, command: ["postgres", "--port=6000"], probe: { ...plain, port: 6000 } },
    { env: { POSTGRES_PASSWORD }, command: ["postgres", "-c", "work_mem=8MB"], probe: plain },
    {
      image: "bitnami/postgresql",
      env: { POSTGRESQL_USERNAME: "shop", POSTGRESQL_PASSWORD: "s3cret", POSTGRESQL_PORT_NUMBER: "6000" },
      probe: { ...plain, port: 6000, user: "shop" },
    },
  ]);
});

describe("mysql and mariadb", () => {
  const root = { port: 3306, user: "root", password: "s3cret", database: undefined };
  checkAll("mysql:8.4", "mysql", [
    { env: { MYSQL_ROOT_PASSWORD: "s3cret" }, probe: root },
    {
      env: { MYSQL_ROOT_PASSWORD: "s3cret", MYSQL_DATABASE: "shop_db" },
      probe: { ...root, database: "shop_db" },
    },
    {
      env: { MYSQL_ROOT_PASSWORD: "x", MYSQL_USER: "shop", MYSQL_PASSWORD: "s3cret" },
      probe: { ...root, user: "shop" },
    },
    { image: "mariadb", env: { MARIADB_ROOT_PASSWORD: "s3cret" }, probe: root },
    { image: "mariadb", env: { MARIADB_ROOT_PASSWORD: "s3cret", MYSQL_ROOT_PASSWORD: "x" }, probe: root },
    {
      image: "mariadb",
      env: { MARIADB_ROOT_PASSWORD_FILE: "/run/secrets/root" },
      files: { "/run/secrets/root": "s3cret\n" },
      probe: root,
    },
    {
      image: "mariadb",
      env: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "1" },
      probe: { port: 3306, user: "root", database: undefined },
    },
    {
      env: { MYSQL_ROOT_PASSWORD: "s3cret" },
      command: ["mysqld", "--port=3307"],
      probe: { ...root, port: 3307 },
    },
    { env: { MYSQL_ROOT_PASSWORD: "s3cret", MYSQL_TCP_PORT: "3308" }, probe: { ...root, port: 3308 } },
  ]);
  describe("whose password only the container knows", () => {
    checkAll("mariadb:11", "tcp", [
      { env: { MARIADB_RANDOM_ROOT_PASSWORD: "1" }, probe: { port: 3306 } },
      { env: { MARIADB_ROOT_PASSWORD_HASH: "*AB" }, probe: { port: 3306 } },
      { env: { MYSQL_ROOT_PASSWORD: "s3cret", MYSQL_ROOT_HOST: "localhost" }, probe: { port: 3306 } },
    ]);
  });
});

describe("redis", () => {
  const plain = { port: 6379, password: undefined };
  checkAll("redis:8", "redis", [
    { probe: plain },
    { command: ["redis-server", "--requirepass", "s3cret"], probe: { ...plain, password: "s3cret" } },
    { command: ["--requirepass", "s3cret", "--port", "6380"], probe: { port: 6380, password: "s3cret" } },
    {
      command: ["sh", "-c", 'exec redis-server --requirepass "$REDIS_PASSWORD"'],
      env: { REDIS_PASSWORD: "s3cret" },
      probe: { ...plain, password: "s3cret" },
    },
    { env: { REDIS_PASSWORD: "s3cret" }, probe: plain },
    { command: ["redis-server", "--requirepass", ""], probe: plain },
    { image: "bitnami/redis", env: { REDIS_PASSWORD: "s3cret" }, probe: { ...plain, password: "s3cret" } },
    {
      image: "redis/redis-stack",
      env: { REDIS_ARGS: "--requirepass s3cret" },
      probe: { ...plain, password: "s3cret" },
    },
    {
      command: ["redis-server", "/etc/redis.conf"],
      files: { "/etc/redis.conf": '# requirepass no\nport 6380\n  requirepass "s3cret"\n' },
      probe: { port: 6380, password: "s3cret" },
    },
  ]);
  describe("without a plain port", () => {
    const command = ["redis-server", "--port", "0", "--tls-port", "6390"];
    checkAll("valkey/valkey", "tcp", [{ command, probe: { port: 6390 } }]);
  });
});

describe("mongodb", () => {
  const account = { user: "root", password: "s3cret" };
  checkAll("mongo:8", "mongodb", [
    { probe: { port: 27017 } },
    {
      env: { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: "s3cret" },
      probe: { port: 27017, ...account },
    },
    { env: { MONGO_INITDB_ROOT_USERNAME: "root" }, probe: { port: 27017 } },
    { command: ["--port", "27018"], probe: { port: 27018 } },
    {
      image: "bitnami/mongodb",
      env: { MONGODB_ROOT_PASSWORD: "s3cret" },
      probe: { port: 27017, ...account },
    },
  ]);
  test("yields to a health check when it is to be a replica set", () => {
    const yields = (command: string[]) =>
      presetFor({ image: "mongo", env: {}, command })?.yieldsToHealthcheck;
    expect(yields(["mongod", "--replSet", "rs0"])).toBe(true);
    expect(yields(["mongod", "--replSet=rs0"])).toBe(true);
    expect(yields(["mongod"])).toBe(false);
  });
});

describe("rabbitmq", () => {
  const plain = { port: 5672, user: "guest", password: "guest", vhost: "/" };
  checkAll("rabbitmq:4", "rabbitmq", [
    { probe: plain },
    {
      env: {
        RABBITMQ_DEFAULT_USER: "shop",
        RABBITMQ_DEFAULT_PASS: "s3cret",
        RABBITMQ_DEFAULT_VHOST: "orders",
      },
      probe: { port: 5672, user: "shop", password: "s3cret", vhost: "orders" },
    },
    { env: { RABBITMQ_NODE_PORT: "5673" }, probe: { ...plain, port: 5673 } },
    { image: "bitnami/rabbitmq", probe: { ...plain, user: "user", password: "bitnami" } },
  ]);
  describe("with accounts of its own", () => {
    checkAll("rabbitmq:4", "tcp", [
      { files: { "/etc/rabbitmq/definitions.json": "{}" }, probe: { port: 5672 } },
      { files: { "/etc/rabbitmq/rabbitmq.conf": "load_definitions = /x.json\n" }, probe: { port: 5672 } },
      { files: { "/etc/rabbitmq/rabbitmq.conf": "default_user = me\n" }, probe: { port: 5672 } },
    ]);
  });
});

describe("kafka", () => {
  checkAll("apache/kafka", "kafka", [
    { probe: { port: 9092 } },
    {
      env: { KAFKA_LISTENERS: "CONTROLLER://:9093,PLAINTEXT://0.0.0.0:29092,HOST://0.0.0.0:9092" },
      probe: { port: 29092 },
    },
    { env: { KAFKA_LISTENERS: "HOST://localhost:9092,IN://:29092" }, probe: { port: 29092 } },
    {
      env: {
        KAFKA_LISTENERS: "CTL://:9093,OUT://:9094,IN://:9095",
        KAFKA_CONTROLLER_LISTENER_NAMES: "CTL",
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CTL:PLAINTEXT,OUT:SASL_SSL,IN:PLAINTEXT",
      },
      probe: { port: 9095 },
    },
    {
      image: "confluentinc/cp-kafka",
      env: { KAFKA_ADVERTISED_LISTENERS: "PLAINTEXT_HOST://localhost:29092,PLAINTEXT://kafka:9092" },
      probe: { port: 29092 },
    },
    { image: "bitnami/kafka", env: { KAFKA_CFG_LISTENERS: "PLAINTEXT://:9097" }, probe: { port: 9097 } },
    {
      image: "redpandadata/redpanda",
      command: ["redpanda", "start", "--kafka-addr", "internal://0.0.0.0:19092,external://0.0.0.0:29092"],
      probe: { port: 19092 },
    },
    { env: { KAFKA_LISTENERS: "nonsense" }, probe: { port: 9092 } },
  ]);
  describe("that lets nobody in without TLS or login", () => {
    checkAll("apache/kafka", "tcp", [
      { env: { KAFKA_LISTENERS: "SASL_SSL://:9096" }, probe: { port: 9096 } },
      {
        env: { KAFKA_LISTENERS: "OUT://:9094", KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "OUT:SASL_PLAINTEXT" },
        probe: { port: 9094 },
      },
    ]);
  });
});

describe("nats", () => {
  const files = {
    "/etc/nats.conf":
      "# port: 1\ncluster {\n  port: 6222\n  authorization { user: x }\n}\nlisten: 0.0.0.0:5222\n",
  };
  checkAll("nats:2", "tcp", [
    { probe: { port: 4222 } },
    { command: ["--jetstream", "-p", "5000"], probe: { port: 5000 } },
    { command: ["--port=5001"], probe: { port: 5001 } },
    { command: ["-c", "/etc/nats.conf"], files, probe: { port: 5222 } },
    { command: ["-c", "/etc/missing.conf"], files, probe: { port: 4222 } },
  ]);
});
