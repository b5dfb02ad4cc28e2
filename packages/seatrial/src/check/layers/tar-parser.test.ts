import { describe, expect, it } from "vitest";
import { entryOf, headerOf, type TarFile, tarOf } from "../testing/tar.ts";
import { createTarParser, type TarEntry } from "./tar-parser.ts";

interface Read {
  entries: TarEntry[];
  contents: string[];
}

function read(tar: Buffer, chunk = tar.length || 1): Read {
  const result: Read = { entries: [], contents: [] };
  const parser = createTarParser({
    entry(entry) {
      result.entries.push(entry);
      result.contents.push("");
    },
    data(part) {
      result.contents.push((result.contents.pop() ?? "") + part.toString("latin1"));
    },
  });
  for (let at = 0; at < tar.length; at += chunk) parser.write(tar.subarray(at, at + chunk));
  parser.end();
  return result;
}

const names = (tar: Buffer) => read(tar).entries.map(({ name }) => name);
const LONG = `${"folder/".repeat(60)}file`;

describe("a tar as it comes", () => {
  const files: TarFile[] = [
    { name: "app/", flag: "5", mode: 0o755 },
    { name: "app/a", content: "first", uid: 10, gid: 20, mode: 0o4755 },
    { name: "long", content: "second", pax: { path: LONG, uid: "70000" } },
    { name: "link", flag: "2", link: "app/a" },
    { name: "empty" },
  ];

  it("gives the same entries and contents in pieces of any size", () => {
    const whole = read(tarOf(files));
    expect(whole.entries.map(({ name, flag, size }) => [name, flag, size])).toEqual([
      ["app/", "5", 0],
      ["app/a", "0", 5],
      [LONG, "0", 6],
      ["link", "2", 0],
      ["empty", "0", 0],
    ]);
    expect(whole.contents).toEqual(["", "first", "second", "", ""]);
    expect(whole.entries[1]).toMatchObject({ uid: 10, gid: 20, mode: 0o4755, start: 512, content: 1024 });
    expect(whole.entries[2]).toMatchObject({ uid: 70_000 });
    for (const chunk of [1, 7, 511, 512, 513, 1024, 4096]) expect(read(tarOf(files), chunk)).toEqual(whole);
  });

  it("knows names of every kind: a prefix, GNU's long ones, and PAX over both", () => {
    const prefix = entryOf({ name: "file", patch: { 345: "deep/er" } });
    const gnu = Buffer.concat([
      entryOf({ name: "././@LongLink", flag: "L", content: `${LONG}\0` }),
      entryOf({ name: "././@LongLink", flag: "K", content: `to/${LONG}\0` }),
      entryOf({ name: "short", flag: "2", link: "short" }),
    ]);
    const both = Buffer.concat([
      entryOf({ name: "././@LongLink", flag: "L", content: "gnu\0" }),
      entryOf({ name: "short", pax: { path: "pax" } }),
    ]);
    expect(names(prefix)).toEqual(["deep/er/file"]);
    expect(read(gnu).entries).toMatchObject([{ name: LONG, link: `to/${LONG}` }]);
    expect(names(both)).toEqual(["pax"]);
    // They are for one entry only.
    expect(names(Buffer.concat([gnu, entryOf({ name: "next" })]))).toEqual([LONG, "next"]);
  });

  it("takes an owner of pax for more than the header's, root too", () => {
    const tar = Buffer.concat([
      entryOf({ name: "root's", uid: 1000, pax: { uid: "0" } }),
      entryOf({ name: "the header's", uid: 1000, pax: { uid: "nobody" } }),
    ]);
    expect(read(tar).entries.map(({ uid }) => uid)).toEqual([0, 1000]);
  });

  it("has no content for links and folders, whatever their headers say", () => {
    const tar = Buffer.concat([
      headerOf({ name: "hard", flag: "1", link: "a", size: 1 << 30 }),
      headerOf({ name: "folder", flag: "5", size: 5000 }),
      headerOf({ name: "device", flag: "3", size: 99 }),
      entryOf({ name: "after", content: "here" }),
    ]);
    expect(read(tar)).toMatchObject({
      entries: [{ stored: 0 }, { stored: 0 }, { stored: 0 }, { name: "after" }],
      contents: ["", "", "", "here"],
    });
  });

  it("reads sparse files as what is stored and tells how large they become", () => {
    const old = Buffer.concat([
      headerOf({ name: "old", flag: "S", size: 512, patch: { 482: "\x01", 483: "00200000000 " } }),
      // Two more blocks of its map.
      Buffer.alloc(512).fill(1, 504, 505),
      Buffer.alloc(512),
      Buffer.alloc(512, "x"),
    ]);
    const pax = entryOf({
      name: "GNUSparseFile.0/x",
      content: "map and data",
      pax: { "GNU.sparse.major": "1", "GNU.sparse.name": "new", "GNU.sparse.realsize": "10000000000" },
    });
    const { entries, contents } = read(Buffer.concat([old, pax, entryOf({ name: "after" })]));
    expect(entries).toMatchObject([
      { name: "old", stored: 512, size: 0o200000000 },
      { name: "new", stored: 12, size: 10_000_000_000 },
      { name: "after" },
    ]);
    expect(contents[0]).toBe("x".repeat(512));
  });

  it("ignores global headers, and what comes behind two empty blocks", () => {
    const tar = Buffer.concat([
      entryOf({ name: "g", flag: "g", content: "20 path=everything\n" }),
      tarOf([{ name: "a" }]),
      Buffer.from("garbage of any kind".repeat(100)),
    ]);
    expect(names(tar)).toEqual(["a"]);
  });

  it("reads 10 GB in one file without holding them", () => {
    let bytes = 0;
    let entries = 0;
    const parser = createTarParser({
      entry() {
        entries += 1;
      },
      data(part) {
        bytes += part.length;
      },
    });
    const before = process.memoryUsage().rss;
    parser.write(headerOf({ name: "huge", size: 10e9 }));
    const zeros = Buffer.alloc(4_000_000);
    for (let at = 0; at < 2500; at += 1) parser.write(zeros);
    parser.write(Buffer.alloc(512 * 1000 - (10e9 % 512)));
    parser.write(tarOf([{ name: "after" }]));
    parser.end();
    expect([entries, bytes]).toEqual([1, 10e9]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

describe("a damaged tar", () => {
  const whole = tarOf([{ name: "a", content: "x".repeat(2000) }]);

  it.each([
    ["a wrong checksum", Buffer.concat([Buffer.alloc(1, "b"), whole.subarray(1)])],
    ["an end in a header", whole.subarray(0, 300)],
    ["an end in a file", whole.subarray(0, 1000)],
    ["an end in a long name", entryOf({ name: "L", flag: "L", content: "n".repeat(2000) }).subarray(0, 900)],
    ["a negative size", headerOf({ name: "a", patch: { 124: "\xff".repeat(12) } })],
    ["a size that is no number", headerOf({ name: "a", patch: { 124: "12x4" } })],
    ["a size beyond all numbers", entryOf({ name: "a", pax: { size: "9".repeat(30) } })],
    ["a name of 4 MB", headerOf({ name: "a", flag: "L", size: 4_000_000 })],
    ["an extended header that is none", entryOf({ name: "x", flag: "x", content: "99 path=a\n" })],
    ["an extended header without a length", entryOf({ name: "x", flag: "x", content: "path=a\n" })],
    ["text", Buffer.from("no tar at all".repeat(100))],
  ])("is told: %s", async (_what, tar) => {
    await expect(async () => read(tar)).toThrowWithCode("LAYERS_UNREADABLE");
  });

  it("is none when only its empty blocks are missing", () => {
    expect(names(whole.subarray(0, -1024))).toEqual(["a"]);
    expect(names(Buffer.alloc(0))).toEqual([]);
  });
});
