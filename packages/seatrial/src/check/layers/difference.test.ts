import { describe, expect, it } from "vitest";
import { type TarFile, tarOf } from "../testing/tar.ts";
import { type ComparedLayer, compareImages } from "./difference.ts";
import { readEntryLog } from "./entry-log.ts";
import { createLayerParser } from "./layer-parser.ts";
import { createScanner } from "./scanner.ts";

const scanner = createScanner([]);

/** Layers of which the first one is of the base. */
function layersOf(...layers: TarFile[][]): ComparedLayer[] {
  return layers.map((files, index) => {
    const parser = createLayerParser(scanner);
    parser.write(tarOf(files));
    const { entries } = parser.end();
    return { own: index > 0, entries: () => readEntryLog(entries) };
  });
}

const file = (name: string, size = 10): TarFile => ({ name, content: "x".repeat(size) });
const folder = (name: string): TarFile => ({ name, flag: "5" });
const link = (name: string, target: string): TarFile => ({ name, flag: "2", link: target });
const BASE = [folder("app"), file("etc/base")];

describe("two images", () => {
  it("do not differ when they show the same files, however their layers are cut", () => {
    const nothing = { count: 0, paths: [] };
    expect(
      compareImages({
        release: layersOf(BASE, [file("app/a", 1)], [file("app/a", 5), file("app/b")]),
        test: layersOf(BASE, [file("app/b"), file("app/a", 5), file("old")], [file(".wh.old", 0)]),
      }),
    ).toEqual({ untested: nothing, unshipped: nothing });
  });

  it("differ in files that ship and are missing or other ones in the test image", () => {
    const { untested } = compareImages({
      release: layersOf(BASE, [
        file("app/new"),
        file("app/other", 30),
        link("app/link", "a"),
        file("app/same"),
      ]),
      test: layersOf(BASE, [file("app/other", 20), link("app/link", "b"), file("app/same")]),
    });
    expect(untested).toEqual({ count: 3, paths: ["/app/other", "/app/new", "/app/link"] });
  });

  it("differ in files of the test image that do not ship, deleted ones included", () => {
    const { untested, unshipped } = compareImages({
      release: layersOf([file("lib/a"), file("lib/b")], [folder("lib"), file("lib/.wh..wh..opq", 0)]),
      test: layersOf([file("lib/a"), file("lib/b")], [file("bin/pytest", 50)]),
    });
    expect(untested.count).toBe(0);
    expect(unshipped).toEqual({ count: 3, paths: ["/bin/pytest", "/lib/a", "/lib/b"] });
  });

  it("name the project's own files before larger ones of base images, and only some of very many", () => {
    const many = Array.from({ length: 5_000 }, (_, at) => file(`lib/${at}`, 100));
    const { untested } = compareImages({ release: layersOf(many, [file("app/main", 1)]), test: [] });
    expect(untested.count).toBe(5_001);
    expect(untested.paths).toHaveLength(10);
    expect(untested.paths.slice(0, 2)).toEqual(["/app/main", "/lib/0"]);
  });
});
