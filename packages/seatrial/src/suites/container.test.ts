import { describe, expect, test } from "vitest";
import { type Digest, PLAIN_SECURITY } from "../model/index.ts";
import { RESULTS_FOLDER, suiteContainer, suiteEnvironment } from "./container.ts";
import { suiteSpec } from "./testing/shard-run.ts";

const imageId: Digest = `sha256:${"a".repeat(64)}`;
const options = {
  run: "r1",
  spec: suiteSpec(),
  shard: { index: 1, count: 1 },
  imageId,
  network: "net",
  labels: { "seatrial.run": "r1" },
};

describe("the container", () => {
  test("is the image by id, in the run's network, with a volume for its results", () => {
    expect(suiteContainer(options)).toMatchObject({
      name: "seatrial-r1-unit",
      image: imageId,
      hostname: "unit",
      network: { id: "net", aliases: [] },
      mounts: [{ kind: "anonymous", target: RESULTS_FOLDER }],
      labels: { "seatrial.run": "r1", "seatrial.suite": "unit", "seatrial.shard": "1" },
    });
  });

  test("is made with the suite's working directory, which need not be in the image", () => {
    const spec = suiteSpec({ workingDir: "/tests" });
    expect(suiteContainer({ ...options, spec }).workingDir).toBe("/tests");
    expect(suiteContainer(options).workingDir).toBeUndefined();
  });

  test("of a shard has the shard's number in its name", () => {
    expect(suiteContainer({ ...options, shard: { index: 2, count: 3 } }).name).toBe("seatrial-r1-unit-2");
  });

  test("with a read-only root has a place for temporary files, unless it brings one", () => {
    const security = { ...PLAIN_SECURITY, readOnlyRoot: true };
    const tmp = { kind: "tmpfs", target: "/tmp", mode: 0o1777 } as const;
    expect(suiteContainer({ ...options, security }).mounts).toContainEqual(tmp);
    const own = { kind: "tmpfs", target: "/tmp/" } as const;
    expect(suiteContainer({ ...options, security, mounts: [own] }).mounts).not.toContainEqual(tmp);
  });

  test("of a suite with an odd name has valid names", () => {
    const spec = suiteSpec({ name: `Über/Suite ${"x".repeat(80)}` });
    const container = suiteContainer({ ...options, spec });
    expect(container.name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    expect(container.hostname).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});

describe("the environment", () => {
  test("passes CI on and nothing else of the user's", () => {
    const env = suiteEnvironment({ ...options, host: { CI: "1", HOME: "/root", TOKEN: "secret" } });
    expect(env).toEqual({
      CI: "1",
      SEATRIAL_RESULTS: RESULTS_FOLDER,
      SEATRIAL_RUN: "r1",
      SEATRIAL_SUITE: "unit",
      SEATRIAL_SHARD: "1",
      SEATRIAL_SHARDS: "1",
    });
  });

  test("lets a suite set CI, and no name of ours", () => {
    const spec = suiteSpec({ env: { CI: "false", SEATRIAL_SHARD: "9" } });
    expect(suiteEnvironment({ ...options, spec, host: { CI: "1" } })).toMatchObject({
      CI: "false",
      SEATRIAL_SHARD: "1",
    });
  });
});
