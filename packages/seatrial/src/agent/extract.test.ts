import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import tar, { type Header } from "tar-stream";
import { describe, expect, test } from "vitest";
import { resultsFolder } from "../suites/results-folder.ts";
import { type Place, tempPlace } from "../suites/testing/shard-run.ts";
import { DEFAULT_LIMITS, extractSafely } from "./extract.ts";

type Entry = Partial<Header> & { name: string; content?: string };

function archive(entries: Entry[]): Readable {
  const pack = tar.pack();
  for (const { content, ...header } of entries) pack.entry(header, content ?? "");
  pack.finalize();
  return Readable.from(pack);
}

function extract(place: Place, entries: Entry[], changes: Partial<Parameters<typeof extractSafely>[0]> = {}) {
  return extractSafely({
    archive: archive(entries),
    into: resultsFolder(place.host),
    prefix: "",
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
    ...changes,
  });
}

test("files and folders are written with their content and whether they can be run", async () => {
  await using place = await tempPlace();
  const result = await extract(place, [
    { name: "./", type: "directory" },
    { name: "empty/", type: "directory" },
    { name: "./a/b.txt", content: "text" },
    { name: "run.sh", mode: 0o4755, content: "#!" },
  ]);
  expect(result).toEqual({ files: 2, bytes: 6, warnings: [] });
  expect(await readFile(`${place.host}/a/b.txt`, "utf8")).toBe("text");
  expect((await stat(`${place.host}/run.sh`)).mode & 0o7111).toBe(0o111);
  expect(existsSync(`${place.host}/empty`)).toBe(true);
});

test("a prefix goes before every name, and what is ours is left out", async () => {
  await using place = await tempPlace();
  await extract(place, [{ name: "a" }, { name: ".seatrial/x" }], {
    prefix: "artifacts/out",
    except: [".seatrial"],
  });
  expect(existsSync(`${place.host}/artifacts/out/a`)).toBe(true);
  expect(existsSync(`${place.host}/artifacts/out/.seatrial`)).toBe(false);
});

describe("what nobody vouches for", () => {
  test.each(["/etc/passwd", "../outside", "a/../../outside", "a/..", "..", "a\\..\\b"])(
    "the name %j is left out with a warning",
    async (name) => {
      await using place = await tempPlace();
      const result = await extract(place, [
        { name, content: "x" },
        { name: "fine", content: "y" },
      ]);
      expect(result).toMatchObject({ files: 1, warnings: [expect.stringContaining("leads outside")] });
      expect(existsSync(`${place.root}/outside`)).toBe(false);
    },
  );

  test("links stay when they point inside, and are left out otherwise", async () => {
    await using place = await tempPlace();
    const result = await extract(place, [
      { name: "a/real", content: "x" },
      { name: "a/latest", type: "symlink", linkname: "real" },
      { name: "b", type: "symlink", linkname: "a/../a" },
      { name: "bad1", type: "symlink", linkname: "/etc" },
      { name: "bad2", type: "symlink", linkname: "a/../../.." },
      { name: "hard", type: "link", linkname: "a/real" },
    ]);
    expect(await readlink(`${place.host}/a/latest`)).toBe("real");
    expect(await readlink(`${place.host}/b`)).toBe("a/../a");
    for (const name of ["bad1", "bad2", "hard"]) expect(existsSync(`${place.host}/${name}`)).toBe(false);
    expect(result.warnings).toEqual([
      'left out "hard" (a link)',
      'left out "bad1", "bad2" (a link that leads outside)',
    ]);
  });

  test("nothing is written through a link, whatever the order", async () => {
    await using place = await tempPlace();
    await mkdir(`${place.root}/victim`);
    await extract(place, [
      { name: "door", type: "symlink", linkname: "." },
      { name: "door/up", type: "symlink", linkname: ".." },
      { name: "door/up/victim/file", content: "x" },
    ]);
    expect(existsSync(`${place.root}/victim/file`)).toBe(false);
    expect((await lstat(`${place.host}/door`)).isSymbolicLink()).toBe(false);
  });

  test("devices and pipes are left out", async () => {
    await using place = await tempPlace();
    const result = await extract(place, [
      { name: "null", type: "character-device", devmajor: 1, devminor: 3 },
      { name: "pipe", type: "fifo" },
    ]);
    expect(result).toMatchObject({
      files: 0,
      warnings: ['left out "null" (a character-device)', 'left out "pipe" (a fifo)'],
    });
  });

  test("a file that is there twice, or already, is not overwritten", async () => {
    await using place = await tempPlace();
    const result = await extract(place, [
      { name: "a", content: "1" },
      { name: "a", content: "2" },
    ]);
    expect(await readFile(`${place.host}/a`, "utf8")).toBe("1");
    expect(result.warnings).toEqual(['left out "a" (twice in the archive)']);
    await expect(extract(place, [{ name: "a", content: "3" }])).toThrowWithCode("RESULTS_NOT_WRITTEN");
  });

  test("an archive that is cut short, or is none, is an error and not a hang", async () => {
    await using place = await tempPlace();
    const whole = Buffer.concat(await archive([{ name: "a", content: "x".repeat(5000) }]).toArray());
    const cut = extract(place, [], { archive: Readable.from([whole.subarray(0, 2000)]) });
    await expect(cut).rejects.toThrow();
    const rubbish = extract(place, [], { archive: Readable.from([Buffer.alloc(2048, "x")]) });
    await expect(rubbish).rejects.toThrow();
  });
});

describe("limits", () => {
  test("stop the transfer at the entry that goes beyond them", async () => {
    await using place = await tempPlace();
    const entries = ["a", "b", "c"].map((name) => ({ name, content: "x".repeat(100) }));
    const result = await extract(place, entries, { limits: { bytes: 250, files: 10 } });
    expect(result).toMatchObject({ files: 2, bytes: 200 });
    expect(result.warnings[0]).toBe('stopped at "c": more than 250 B or 10 files');
    const few = await extract(place, [{ name: "d" }, { name: "e" }], { limits: { bytes: 250, files: 1 } });
    expect(few.files).toBe(1);
  });

  test("hold for an archive without end", async () => {
    await using place = await tempPlace();
    const pack = tar.pack();
    const feed = (at: number): void => {
      if (pack.destroyed) return;
      const sink = pack.entry({ name: `f${at}` }, "x".repeat(1000), () => setImmediate(feed, at + 1));
      sink.on("error", () => undefined);
    };
    // Its reader goes away in the middle, which is the point.
    pack.on("error", () => undefined);
    feed(0);
    const result = await extract(place, [], {
      archive: Readable.from(pack),
      limits: { bytes: 20_000, files: 1000 },
    });
    expect(result.files).toBe(20);
  });
});

test("a folder that cannot be written is an error that names the place", async () => {
  await using place = await tempPlace();
  await writeFile(place.host, "a file where the folder should be");
  await expect(extract(place, [{ name: "a/b", content: "x" }])).toThrowWithCode("RESULTS_NOT_WRITTEN");
});
