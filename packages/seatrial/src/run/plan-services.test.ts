import { describe, expect, it } from "vitest";
import { formatChange } from "../compose/index.ts";
import { planOne } from "../compose/testing/model.ts";
import type { ServiceSettings } from "../config/index.ts";
import { planService } from "./plan-services.ts";

const settings = (changes: Partial<ServiceSettings>): ServiceSettings => ({
  durable: false,
  snapshot: true,
  ...changes,
});

/** Plans a service that is written like this in the Compose file. */
async function planned(service: object, own?: Partial<ServiceSettings>) {
  const { db } = await planOne(service);
  return planService({ service: db, settings: own && settings(own) });
}

const PLAIN = { image: "acme/thing" };
const check = { test: ["CMD", "check"] };
const asked = { kind: "command", argv: ["check"], timeout: 30_000 };
const probe = { kind: "tcp", port: 1234 } as const;

describe("how a service is known to be ready", () => {
  it.each<[string, object, Partial<ServiceSettings> | undefined, unknown[]]>([
    ["by nothing", PLAIN, undefined, []],
    [
      "by its first port",
      { ...PLAIN, ports: ["80:8080"], expose: [9090] },
      undefined,
      [{ kind: "tcp", port: 8080 }],
    ],
    [
      "by the port at which it speaks S3, before its first one",
      { image: "minio/minio", command: ["server", "/data"], ports: ["9001:9001", "9000:9000"] },
      undefined,
      [{ kind: "tcp", port: 9000 }],
    ],
    [
      "by its health check before its port",
      { ...PLAIN, healthcheck: check, expose: [80] },
      undefined,
      [asked],
    ],
    [
      "by its preset and then its health check",
      { image: "redis:8", healthcheck: check },
      undefined,
      [{ kind: "redis" }, asked],
    ],
    [
      "by its preset alone, where its health check asks no more",
      { image: "redis:8", healthcheck: { test: "redis-cli ping" } },
      undefined,
      [{ kind: "redis" }],
    ],
    [
      "by its preset alone, where the project says so",
      { image: "redis:8", healthcheck: check },
      { ready: { kind: "preset", preset: "redis" } },
      [{ kind: "redis" }],
    ],
    [
      "by x-seatrial before its preset",
      { image: "redis:8", "x-seatrial": { ready: "tcp://:99" } },
      undefined,
      [{ kind: "tcp", port: 99 }],
    ],
    [
      "by a command of x-seatrial",
      { ...PLAIN, "x-seatrial": { ready: ["ok", "-q"] } },
      undefined,
      [{ kind: "command", argv: ["ok", "-q"] }],
    ],
    [
      "by the project before x-seatrial",
      { ...PLAIN, "x-seatrial": { ready: "tcp://:99" } },
      { ready: { kind: "probe", probe } },
      [probe],
    ],
    [
      "by its start, where the project says so",
      { image: "redis:8", healthcheck: check },
      { ready: { kind: "started" } },
      [],
    ],
    ["by a preset that is named", PLAIN, { preset: "postgres" }, [{ kind: "postgres", port: 5432 }]],
    [
      "by no preset, where that is said",
      { image: "redis:8", expose: [6379] },
      { preset: "none" },
      [{ kind: "tcp", port: 6379 }],
    ],
    [
      "by its port, where its health check is switched off",
      { ...PLAIN, healthcheck: { disable: true }, expose: [80] },
      undefined,
      [{ kind: "tcp", port: 80 }],
    ],
  ])("%s", async (_title, service, own, probes) => {
    const plan = await planned(service, own);
    expect(plan.spec.readiness.probes).toMatchObject(probes);
    expect(plan.spec.readiness.probes).toHaveLength(probes.length);
  });

  it("tells that a health check is replaced, and only then", async () => {
    const told = async (test: string) => {
      const { db } = await planOne({ image: "redis:8", healthcheck: { test } });
      const changes: string[] = [];
      planService({ service: db, onChange: (change) => void changes.push(formatChange(change)) });
      return changes;
    };
    expect(await told("redis-cli ping")).toEqual([expect.stringContaining("db: healthcheck →")]);
    expect(await told("redis-cli exists seeded")).toEqual([]);
  });

  const replicas = { image: "mongo:8", command: ["--replSet", "rs0"], healthcheck: check };

  it("lets a health check that does more than look come before the preset", async () => {
    expect((await planned(replicas)).spec.readiness.probes).toMatchObject([asked]);
    const named = await planned(replicas, { ready: { kind: "preset", preset: "mongodb" } });
    expect(named.spec.readiness.probes).toMatchObject([{ kind: "mongodb" }]);
  });

  it.each<[string, object, Partial<ServiceSettings> | undefined, boolean]>([
    ["when nothing is said", PLAIN, undefined, true],
    [
      "when only a port is said, which counts less than the image's health check",
      { ...PLAIN, expose: [80] },
      undefined,
      true,
    ],
    ["not when its preset is known", { image: "redis:8" }, undefined, false],
    ["not when it has a health check of its own", { ...PLAIN, healthcheck: check }, undefined, false],
    [
      "when its health check only says how patient to be",
      { ...PLAIN, healthcheck: { interval: "1s" } },
      undefined,
      true,
    ],
    [
      "not when health checks are switched off",
      { ...PLAIN, healthcheck: { disable: true } },
      undefined,
      false,
    ],
    ["not when the project says that started is ready", PLAIN, { ready: { kind: "started" } }, false],
  ])("the image is asked %s", async (_title, service, own, asksImage) => {
    expect((await planned(service, own)).asksImage).toBe(asksImage);
  });

  it("refuses an x-seatrial that is no probe, with what it may be", async () => {
    const planning = planned({ ...PLAIN, "x-seatrial": { ready: "postgress" } });
    await expect(planning).rejects.toMatchObject({
      code: "READY_INVALID",
      message: expect.stringContaining("service db"),
      hint: expect.stringContaining("did you mean postgres"),
    });
  });
});

describe("how long it may take", () => {
  it.each<[string, object, Partial<ServiceSettings> | undefined, number]>([
    ["a minute", PLAIN, undefined, 60_000],
    [
      "as long as its health check is patient",
      { ...PLAIN, healthcheck: { ...check, interval: "30s", retries: 5 } },
      undefined,
      150_000,
    ],
    ["what x-seatrial says", { ...PLAIN, "x-seatrial": { deadline: "5s" } }, undefined, 5_000],
    [
      "what the project says before that",
      { ...PLAIN, "x-seatrial": { deadline: "5s" } },
      { deadline: 7_000 },
      7_000,
    ],
  ])("%s", async (_title, service, own, deadline) => {
    expect((await planned(service, own)).spec.readiness.deadline).toBe(deadline);
  });
});

describe("whether its state is kept", () => {
  it("is as the project and the Compose file say; either can switch it off", async () => {
    const off = { ...PLAIN, "x-seatrial": { snapshot: false, durable: true } };
    expect((await planned(PLAIN)).spec).toMatchObject({ snapshots: true, durable: false });
    expect((await planned(off)).spec).toMatchObject({ snapshots: false, durable: true });
    expect((await planned(PLAIN, { snapshot: false })).spec.snapshots).toBe(false);
  });

  it("is known for the kinds that have a snapshot, which are asked twice", async () => {
    const plan = await planned({ image: "postgres:17", environment: { POSTGRES_PASSWORD: "x" } });
    expect(plan).toMatchObject({ preset: "postgres", confirmations: 2 });
    expect(plan.snapshot).toBeDefined();
  });
});

describe("where it listens, and who may do anything there", () => {
  it.each<[string, object, object]>([
    ["is what its preset knows", { image: "redis:8" }, { port: 6379 }],
    ["are its ports, where no more is known", { ...PLAIN, expose: [80, 81] }, { ports: [80, 81, 80] }],
    [
      "are the keys that its S3 server's command says",
      { image: "rclone/rclone", command: ["serve", "s3", "--addr", ":81", "--auth-key", "a,b", "/data"] },
      { port: 81, user: "a", password: "b" },
    ],
    [
      "are the keys that its S3 server's variables say",
      { image: "minio/minio", environment: { MINIO_ROOT_USER: "me", MINIO_ROOT_PASSWORD: "pw" } },
      { port: 9000, user: "me", password: "pw" },
    ],
  ])("%s", async (_, service, server) => {
    expect((await planned(service)).server).toMatchObject(server);
  });
});
