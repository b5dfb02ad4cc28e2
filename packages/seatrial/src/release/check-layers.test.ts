import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Digest } from "../model/index.ts";
import { digestOf, type Manifest, MEDIA_TYPES } from "../registry/index.ts";
import { type LayerMemory, openLayerMemory } from "./layer-memory.ts";
import {
  ANY,
  APP,
  addEvil,
  evidenceOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  pushedOf,
  type ReleaseWorld,
} from "./testing/world.ts";

/** The layers that are read from now on, by digest. */
function watchLayers({ registry, image }: ReleaseWorld): string[] {
  const read: string[] = [];
  registry.fault(({ operation, subject }) => {
    if (operation === "blobs.open" && subject !== image.imageId) read.push(subject);
  });
  return read;
}

const found = (...outcomes: ReturnType<typeof outcomeOf>[]) => ({
  evidence: outcomes.map(evidenceOf),
  invalid: [],
  warnings: [],
});

function memoryWith(pairs: [Digest, Digest][] = []): LayerMemory & { kept: Map<Digest, Digest> } {
  const kept = new Map(pairs);
  return {
    kept,
    read: async () => kept,
    keep: async (all) => all.forEach((diffId, digest) => void kept.set(digest, diffId)),
  };
}

describe("no layer is downloaded", () => {
  it("when the list of pushed images and the runs on them name the same manifest", async () => {
    const world = makeReleaseWorld();
    const read = watchLayers(world);
    const { receipt } = await world.release();
    expect(receipt.status).toBe("released");
    expect(read).toEqual([]);
    // The manifest, its configuration, two tags; for each tag a look, the setting, and the reading back.
    expect(receipt.traffic.requests).toBe(10);
  });

  it("when the run that pushed it is among the evidence", async () => {
    const world = makeReleaseWorld();
    const read = watchLayers(world);
    const pushed = [pushedOf(world)];
    const build = outcomeOf(world.identity, { run: "r0", suites: [], pushed });
    const options = { expected: undefined, found: found(build, outcomeOf(world.identity)) };
    expect((await world.release(options)).receipt.status).toBe("released");
    expect(read).toEqual([]);
  });

  it("when an engine has pushed it for this release, whose requests count too", async () => {
    const world = makeReleaseWorld();
    const read = watchLayers(world);
    const traffic = { requests: 7, bytesUp: 0, blobBytesUp: 0, bytesDown: 900, blobsMounted: 0 };
    const { receipt } = await world.release({
      found: found(outcomeOf(world.identity)),
      pushed: { isNew: true, traffic },
    });
    expect(receipt).toMatchObject({
      status: "released",
      candidate: { pushed: true },
      traffic: { requests: 17 },
    });
    expect(receipt).not.toHaveProperty("imageBytesUp", 0);
    expect(read).toEqual([]);
  });

  it("when something else refuses the release anyway", async () => {
    const world = makeReleaseWorld();
    const read = watchLayers(world);
    const { problems } = await world.release({ expected: undefined, found: found() });
    expect(problems.map(({ code }) => code)).toEqual(["RELEASE_NO_EVIDENCE"]);
    expect(read).toEqual([]);
  });
});

describe("each layer is downloaded once and compared", () => {
  it.each<[string, (world: ReleaseWorld) => object]>([
    ["nothing says where the image came from", () => ({ expected: undefined })],
    ["no run took the image that the list names", ({ identity }) => ({ found: found(outcomeOf(identity)) })],
    [
      "the run that took or pushed it was another project's",
      (world) => {
        const { manifest } = world.image;
        const identity = { ...world.identity, manifest: manifest.digest };
        const theirs = outcomeOf(identity, { run: "r0", project: "theirs", pushed: [pushedOf(world)] });
        return { found: found(outcomeOf(world.identity), theirs) };
      },
    ],
    [
      "the only build of it took it from an earlier release",
      (world) => {
        const { digest } = world.image.manifest;
        const identity = { ...world.identity, manifest: digest };
        const build = outcomeOf(identity, { run: "r0", suites: [], pushed: [pushedOf(world)] });
        return { taken: true, found: found(build, outcomeOf(identity)) };
      },
    ],
  ])("when %s", async (_why, changes) => {
    const world = makeReleaseWorld();
    const read = watchLayers(world);
    const notes: string[] = [];
    const onNote = (note: string) => void notes.push(note);
    const { receipt } = await world.release({ onNote, ...changes(world) });
    expect(receipt.status).toBe("released");
    expect(read.sort()).toEqual(world.image.layers.map(({ digest }) => digest).sort());
    expect(notes).toContain("reading 2 layers (7 B) to compare them");
  });

  it("as it was compressed", async () => {
    const tars = ["base", "app"].map((text) => Buffer.from(text.repeat(500)));
    const diffIds = tars.map(digestOf);
    const world = makeReleaseWorld({ layers: tars.map((tar) => gzipSync(tar)), diffIds });
    const { receipt } = await world.release({ expected: undefined });
    expect(receipt.status).toBe("released");
  });

  it("once and for all: what was read before is known", async () => {
    const world = makeReleaseWorld();
    const layerMemory = memoryWith();
    await world.release({ expected: undefined, layerMemory });
    expect([...layerMemory.kept.keys()].sort()).toEqual(
      world.image.layers.map(({ digest }) => digest).sort(),
    );
    const read = watchLayers(world);
    expect((await world.release({ expected: undefined, layerMemory })).problems).toEqual([]);
    expect(read).toEqual([]);
    const { problems } = await world.release({
      image: { repository: APP, reference: addEvil(world).manifest.digest },
      plan: planWith({ tags: [{ tag: "v2", kind: "immutable" }] }),
      expected: undefined,
      layerMemory,
    });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
    expect(read).toHaveLength(1);
  });

  it("when the list and the tests name another manifest than the run that pushed the image", async () => {
    const world = makeReleaseWorld();
    const { digest } = addEvil(world).manifest;
    const evidence = found(
      outcomeOf(world.identity, { run: "r0", suites: [], pushed: [pushedOf(world)] }),
      outcomeOf({ ...world.identity, manifest: digest }),
    );
    const { problems } = await world.release({
      image: { repository: APP, reference: digest },
      expected: { ...world.identity, digest },
      found: evidence,
    });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
  });

  it("for each image of an index that no push was answered with", async () => {
    const world = makeReleaseWorld();
    const evil = addEvil(world);
    const index = await putIndex(world, evil.manifest);
    const read = watchLayers(world);
    const release = (expected?: { digest: Digest }) =>
      world.release({
        image: { repository: APP, reference: index.digest },
        expected: expected && { ...world.identity, ...expected },
      });
    expect((await release()).problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
    expect(read).toContain(evil.layers[1]?.digest);
    read.length = 0;
    const good = await putIndex(world, world.image.manifest);
    const { receipt } = await world.release({
      image: { repository: APP, reference: good.digest },
      expected: undefined,
      found: found(outcomeOf(world.identity, { pushed: [pushedOf(world)] })),
    });
    expect(receipt.status).toBe("released");
    expect(read).toEqual([]);
  });

  it("and refused when it cannot be unpacked", async () => {
    const gz = gzipSync(Buffer.from("app".repeat(500)));
    const world = makeReleaseWorld({ layers: ["base", gz.subarray(0, -9)] });
    const { problems } = await world.release({ expected: undefined });
    expect(problems).toMatchObject([
      { code: "IMAGE_SWAPPED", message: expect.stringContaining("cannot be unpacked") },
    ]);
  });
});

describe("what layers unpack to", () => {
  it("is kept in the user's cache, newest first, and garbage there is no harm", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "layers-"));
    try {
      const memory = openLayerMemory(path.join(folder, "cache"));
      const digest = (at: number): Digest => `sha256:${createHash("sha256").update(`${at}`).digest("hex")}`;
      expect(await memory.read()).toEqual(new Map());
      await memory.keep(new Map(Array.from({ length: 2_000 }, (_, at) => [digest(at), digest(at)] as const)));
      await memory.keep(new Map([[digest(-1), digest(0)]]));
      const kept = await memory.read();
      expect([...kept][0]).toEqual([digest(-1), digest(0)]);
      expect(kept.size).toBe(2_000);
      const file = path.join(folder, "cache", "layers.json");
      for (const garbage of ["", "{}", `[["${digest(1)}", "md5:x"]]`]) {
        await writeFile(file, garbage);
        expect(await memory.read()).toEqual(new Map());
      }
      await memory.keep(new Map([[digest(1), digest(2)]]));
      expect(JSON.parse(await readFile(file, "utf8"))).toEqual([[digest(1), digest(2)]]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

async function putIndex(world: ReleaseWorld, { mediaType, digest, bytes }: Manifest): Promise<Manifest> {
  const manifests = [
    { mediaType, digest, size: bytes.length, platform: { os: "linux", architecture: "amd64" } },
  ];
  const text = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }));
  const index = { mediaType: MEDIA_TYPES.ociIndex, digest: digestOf(text), bytes: text };
  await world.registries.repository(APP).manifests.put(index.digest, index, ANY);
  return index;
}
