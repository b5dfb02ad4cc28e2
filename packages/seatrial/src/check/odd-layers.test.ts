import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Digest } from "../model/index.ts";
import { createFolder } from "../support/testing/folder.ts";
import { archiveStream, ociArchive } from "./testing/archive.ts";
import { headerOf, type TarFile, tarOf } from "./testing/tar.ts";
import { type Checked, type CheckWorld, check, textOf } from "./testing/world.ts";

const VALUE = "tok-aB3dE5fG7hJ9";
const TEN_GB = 10_000_000_000;
const MB = 1 << 20;
/** What a program would take that holds a layer in memory. */
const ZEROS = 128 * MB;

/** Names that would leave the folder into which they are unpacked. */
const leaving = (outside: string): TarFile[] => [
  { name: `../../../../../../../../..${outside}/above`, content: `TOKEN=${VALUE}\n` },
  { name: `${outside}/bin/gcc`, content: "x", mode: 0o4755 },
  { name: "usr/../../../etc/passwd", content: "app:x:0:0::/:\n" },
  { name: "way-out", flag: "2", link: `../../../../../../../../..${outside}` },
  { name: "way-out/through", content: "x" },
];

const LINKS: TarFile[] = [
  { name: "usr/bin/pytest", flag: "1", link: "../../../../usr/bin/python3", mode: 0o755 },
  { name: "usr/lib/hosts", flag: "1", link: "/etc/shadow", size: 1 << 30 },
  { name: "usr/lib/itself", flag: "1", link: "usr/lib/itself" },
  { name: "usr/lib/loop", flag: "2", link: "loop" },
];

const DEVICES: TarFile[] = [
  { name: "dev/mem", flag: "3", patch: { 329: "0000001", 337: "0000001" } },
  { name: "dev/sda", flag: "4", size: TEN_GB },
  { name: "dev/pipe", flag: "6" },
  { name: "dev/unknown", flag: "V", content: "x" },
];

/** 10 GB each, of which a block is there: as GNU tar writes them of old, and in an extended header. */
const SPARSE = Buffer.concat([
  headerOf({
    name: "var/old",
    flag: "S",
    size: 512,
    patch: { 386: "00000000000 00000001000 ", 482: "\0", 483: `${TEN_GB.toString(8).padStart(11, "0")} ` },
  }),
  Buffer.alloc(512, `${VALUE} `),
  tarOf([
    {
      name: "GNUSparseFile.0/new",
      content: `1\n0\n512\n${"\0".repeat(505)}${VALUE}`,
      pax: {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "var/new",
        "GNU.sparse.realsize": `${TEN_GB}`,
      },
    },
  ]),
]);

/** One file of nothing but zeros, which gzip makes a thousandth of. */
function zeros(): Buffer {
  const tar = Buffer.alloc(512 + ZEROS + 1024);
  headerOf({ name: "zeros", size: ZEROS }).copy(tar);
  return tar;
}

/** As gzip packs it: one part after the other. */
function packed(layer: Buffer): Buffer {
  if (layer.length < ZEROS) return gzipSync(layer);
  const part = gzipSync(Buffer.alloc(MB));
  const parts = Array.from({ length: ZEROS / MB }, () => part);
  return Buffer.concat([gzipSync(layer.subarray(0, 512)), ...parts, gzipSync(Buffer.alloc(1024))]);
}

const SETTINGS: CheckWorld["settings"] = {
  absent: ["gcc", "pytest", "/dev/sda"],
  user: "non-root",
  maxSizeBytes: TEN_GB,
  files: { "/etc/passwd": { present: true, mode: 0o644 }, "/way-out/none": { present: false } },
};

/** Further files of an export that no engine writes. */
const AROUND: TarFile[] = [
  { name: "../../../above", content: "x" },
  { name: "blobs/sha256/device", flag: "3" },
  { name: "manifest.json.link", flag: "2", link: "../../../etc/passwd" },
];

/** The most memory that this process takes while `work` goes on, beside what it has before. */
async function memoryOf(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 2);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return most - before;
}

/** Bytes of all files in a folder. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe("an image whose layers hold what no build writes", () => {
  it.each<[string, Buffer[], ((id: Digest, layers: Buffer[]) => Readable) | undefined]>([
    ["with a folder for each layer", [], undefined],
    [
      "with a compressed blob for each",
      [zeros()],
      (id, layers) => archiveStream([...AROUND, ...ociArchive(layers, { id, blob: packed }).entries]),
    ],
  ])(
    "is read as what it is, in an export %s: nothing is unpacked, and little kept",
    async (_, more, write) => {
      await using outside = await createFolder({});
      await using cache = await createFolder({});
      const layers = [tarOf(leaving(outside.path)), tarOf(LINKS), tarOf(DEVICES), SPARSE, ...more];
      let checked: Checked | undefined;
      const memory = await memoryOf(async () => {
        checked = await check({
          layers,
          secrets: { token: VALUE },
          config: { user: "app" },
          settings: SETTINGS,
          cacheFolder: cache.path,
          engine: (real) => ({
            ...real,
            images: {
              ...real.images,
              export: async (ids, signal) =>
                write?.(ids[0] as Digest, layers) ?? (await real.images.export(ids, signal)),
            },
          }),
        });
      });

      expect(checked?.outcome.problem).toBeUndefined();
      const said = (name: string) => textOf(checked?.find(`check.${name}`));
      expect(said("absent gcc")).toContain(`failed\n${outside.path}/bin/gcc (a command) in layer 1 of`);
      expect(said("absent pytest")).toContain("failed\n/usr/bin/pytest (a command) in layer 2 of");
      expect(said("absent /dev/sda")).toContain("failed\n/dev/sda (a device) in layer 3 of");
      expect(said("user non-root")).toMatch(/^failed\n.*app, who is number 0 in its \/etc\/passwd/);
      expect(said("max-size at most 10.0 GB")).toMatch(/^failed\nThe image has 20\.[01] GB/);
      expect(said("files /etc/passwd mode 0644")).toBe("passed");
      expect(said("files /way-out/none absent")).toBe("passed");
      const secret = said("secrets build secret token");
      for (const leak of [`${outside.path}/above`, "/var/old", "/var/new"])
        expect(secret).toContain(`${leak} (the value) in layer`);

      expect(await readdir(outside.path)).toEqual([]);
      expect(await bytesIn(cache.path)).toBeLessThan(20_000);
      expect(memory).toBeLessThan(ZEROS / 2);
    },
  );

  it("that says 10 GB and ends before them is refused", async () => {
    const { outcome } = await check({ layers: [headerOf({ name: "huge", size: TEN_GB })] });
    expect(outcome).toMatchObject({ status: "failed", problem: { code: "LAYERS_UNREADABLE" }, results: [] });
  });
});
