import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine } from "../engine/index.ts";
import { createMemoryEngine, type MemoryProgram } from "../engine/memory/index.ts";
import { digestFiles } from "./snapshot.ts";
import { createSnapshotStore, snapshotKey } from "./snapshot-store.ts";
import { memoryUsage, serviceSpec } from "./testing/world.ts";

const signal = new AbortController().signal;
const imageId = `sha256:${"a".repeat(64)}` as const;

describe("the key of a snapshot", () => {
  const parts: Parameters<typeof snapshotKey>[0] = {
    imageId,
    env: { A: "1", B: "2" },
    argv: ["serve", "-x"],
    user: "",
    initFiles: [
      { target: "/a", digest: "1" },
      { target: "/b", digest: "2" },
    ],
  };

  test("changes with each part of what shapes the state after first boot", () => {
    const changes: Partial<Parameters<typeof snapshotKey>[0]>[] = [
      {},
      { env: { A: "1", B: "3" } },
      { env: { A: "1", C: "2" } },
      { argv: ["serve -x"] },
      { user: "1000" },
      { initFiles: [{ target: "/a", digest: "1" }] },
      {
        initFiles: [
          { target: "/a", digest: "2" },
          { target: "/b", digest: "1" },
        ],
      },
    ];
    const keys = changes.map((change) => snapshotKey({ ...parts, ...change }));
    keys.push(snapshotKey({ ...parts, imageId: `sha256:${"b".repeat(64)}` }));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test("does not change with the order of variables and files", () => {
    const turned = { ...parts, env: { B: "2", A: "1" }, initFiles: parts.initFiles.toReversed() };
    expect(snapshotKey(turned)).toBe(snapshotKey(parts));
  });
});

test("init files count with names, modes and contents, folders to their ends, links with what they name", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-init-"));
  const digest = async () => {
    const files = [{ from: { kind: "path", path: folder } as const, target: "/init" }];
    return (await digestFiles(files))[0]?.digest;
  };
  try {
    await mkdir(path.join(folder, "deep"));
    await writeFile(path.join(folder, "deep/1.sql"), "one");
    const first = await digest();
    expect(await digest()).toBe(first);
    await writeFile(path.join(folder, "deep/1.sql"), "two");
    const second = await digest();
    await writeFile(path.join(folder, "deep/2.sql"), "");
    const third = await digest();
    await rm(path.join(folder, "deep/2.sql"));
    await writeFile(path.join(folder, "2.sql"), "");
    const fourth = await digest();
    await symlink("deep/1.sql", path.join(folder, "3.sql"));
    const fifth = await digest();
    await rm(path.join(folder, "3.sql"));
    await symlink("deep/9.sql", path.join(folder, "3.sql"));
    expect(new Set([first, second, third, fourth, fifth, await digest()]).size).toBe(6);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe("the store", () => {
  async function container(engine: Engine, name: string): Promise<string> {
    const { security } = serviceSpec();
    const id = await engine.workloads.create(
      {
        name,
        image: "db:1",
        labels: {},
        entrypoint: ["x"],
        command: [],
        user: "",
        env: {},
        mounts: [],
        limits: {},
        security,
        extraHosts: [],
      },
      signal,
    );
    await engine.workloads.start(id, signal);
    return id;
  }

  /** A server that has made its data, and runs on. */
  const server: MemoryProgram = async ({ files, signal: killed }) => {
    files.write("/own", "y".repeat(100));
    await new Promise((resolve) => killed.addEventListener("abort", resolve, { once: true }));
    return 0;
  };

  async function storeWith(keys: string[]) {
    // One image of 900 bytes, to which each snapshot of it adds 100.
    const engine = createMemoryEngine({
      programs: { x: server },
      images: [{ reference: "db:1", files: { "/data": "x".repeat(900) } }],
    });
    const usage = memoryUsage();
    const store = createSnapshotStore({ engine, usage });
    const keep = async (key: string) =>
      await store.keep({
        key,
        workload: await container(engine, `c-${key}-${Math.random()}`),
        service: "db",
        project: "shop",
        signal,
      });
    for (const key of keys) await keep(key);
    return { engine, store, keep };
  }

  test("finds what it keeps, and nothing else", async () => {
    const { store } = await storeWith(["k1"]);
    expect(await store.find("k1", signal)).toBeDefined();
    expect(await store.find("k2", signal)).toBeUndefined();
  });

  test("lists what it keeps with service, project, size, age and last use", async () => {
    const { store } = await storeWith(["k1"]);
    expect(await store.list(signal)).toEqual([
      {
        key: "k1",
        service: "db",
        project: "shop",
        ownSize: 100,
        size: 1_000,
        createdAt: expect.stringMatching(/^\d{4}-/),
        lastUsedAt: expect.stringMatching(/^2030-/),
      },
    ]);
  });

  test("prunes what was used longest ago, until what the rest adds to its images is within the limit", async () => {
    const { store } = await storeWith(["k1", "k2", "k3"]);
    await store.find("k1", signal);
    const removed = await store.prune(200, signal);
    expect(removed.map((each) => each.key)).toEqual(["k2"]);
    expect((await store.list(signal)).map((each) => each.key).sort()).toEqual(["k1", "k3"]);
    expect(await store.prune(-1, signal)).toHaveLength(2);
    expect(await store.list(signal)).toEqual([]);
  });

  test("counts all of one that does not say how large its image was", async () => {
    const { engine, store } = await storeWith([]);
    const commit = engine.images.commit;
    engine.images.commit = (workload, { labels, ...options }) => {
      const { "seatrial.cache.base-size": _unsaid, ...others } = labels;
      return commit(workload, { ...options, labels: others });
    };
    await store.keep({
      key: "old",
      workload: await container(engine, "c"),
      service: "db",
      project: "shop",
      signal,
    });
    expect(await store.list(signal)).toMatchObject([{ ownSize: 1_000, size: 1_000 }]);
  });

  test("removes also the one that lost its name to another run's snapshot of the same key", async () => {
    const { engine, store, keep } = await storeWith(["k1"]);
    await keep("k1");
    expect(await engine.images.list({ "seatrial.cache": "snapshot" }, signal)).toHaveLength(2);
    for (const { id } of await engine.workloads.list({}, signal)) await engine.workloads.remove(id, signal);
    await store.remove("k1", signal);
    expect(await engine.images.list({ "seatrial.cache": "snapshot" }, signal)).toEqual([]);
    expect((await engine.images.inspect("db:1", signal))?.id).toBeDefined();
  });
});
