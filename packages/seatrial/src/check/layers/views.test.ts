import { describe, expect, it } from "vitest";
import { type TarFile, tarOf } from "../testing/tar.ts";
import { readEntryLog } from "./entry-log.ts";
import { fatesOf } from "./fate.ts";
import { countBaseLayers, historyOf, linesOfLayers } from "./history.ts";
import type { ImageLayer } from "./image-index.ts";
import { createLayerParser } from "./layer-parser.ts";
import { findFiles } from "./lookup.ts";
import { createPathSet } from "./path-set.ts";
import { createScanner } from "./scanner.ts";
import { measureWaste } from "./waste.ts";

const scanner = createScanner([]);

function layersOf(options: { base?: number }, ...layers: TarFile[][]): ImageLayer[] {
  return layers.map((files, index) => {
    const parser = createLayerParser(scanner);
    parser.write(tarOf(files));
    const { entries, ...reading } = parser.end();
    return {
      ...reading,
      number: index + 1,
      diffId: `sha256:${index}`,
      history: "",
      own: index >= (options.base ?? 0),
      entries: () => readEntryLog(entries),
    };
  });
}

const file = (name: string, size = 10): TarFile => ({ name, content: "x".repeat(size) });
const folder = (name: string): TarFile => ({ name, flag: "5" });
const link = (name: string, target: string): TarFile => ({ name, flag: "2", link: target });

describe("waste", () => {
  it("is every copy but the last visible one, whoever hides it", () => {
    const layers = layersOf(
      { base: 1 },
      [file("etc/base", 1000), file("etc/kept", 7)],
      [file("app/a", 100), file("app/deep/b", 20), file("app/c", 3), folder("srv"), file("srv/x", 400)],
      [file("etc/base", 50), file("app/a", 100), file(".wh.srv", 0)],
      [folder("app"), file("app/.wh..wh..opq", 0), file("app/c", 3)],
    );
    const waste = measureWaste(layers);
    expect(waste.base).toBe(1000);
    expect(waste.own).toBe(100 + 20 + 3 + 400 + 100);
    expect(waste.paths.map(({ path, bytes, copies }) => [path, bytes, copies])).toEqual([
      ["/etc/base", 1000, 2],
      ["/srv/x", 400, 1],
      ["/app/a", 200, 2],
      ["/app/deep/b", 20, 1],
      ["/app/c", 3, 2],
    ]);
  });

  it("is what a file or link in the place of a folder hides, and nothing of what a folder in its own place has", () => {
    expect(measureWaste(layersOf({}, [folder("lib"), file("lib/a", 5)], [link("lib", "usr/lib")])).own).toBe(
      5,
    );
    expect(measureWaste(layersOf({}, [folder("lib"), file("lib/a", 5)], [folder("lib")])).own).toBe(0);
    expect(measureWaste(layersOf({}, [file("lib", 5)], [folder("lib")])).own).toBe(5);
    expect(measureWaste(layersOf({}, [file("a", 5)], [file(".wh..wh..opq", 0)])).own).toBe(5);
    // A marker is about lower layers only.
    expect(measureWaste(layersOf({}, [], [file("d/a", 5), file("d/.wh..wh..opq", 0)])).own).toBe(0);
  });

  it("tells the largest ones of very many", () => {
    const many = Array.from({ length: 12_000 }, (_, at) => file(`f/${at}`, 1 + (at % 50)));
    const waste = measureWaste(layersOf({}, many, [file("f", 1)]));
    expect(waste.own).toBe(12_000 * 25.5);
    expect(waste.paths).toHaveLength(20);
    expect(waste.paths.every(({ bytes }) => bytes === 50)).toBe(true);
  });
});

describe("a set of paths", () => {
  it("has what was added and knows what is above, among many", () => {
    const set = createPathSet();
    for (let at = 0; at < 100_000; at += 1) set.add(`/usr/lib/${at}`);
    set.add("/usr/lib/7");
    expect(set.size).toBe(100_000);
    for (const path of ["/usr/lib/0", "/usr/lib/99999"]) expect(set.has(path)).toBe(true);
    for (const path of ["/usr/lib", "/usr/lib/100000", "/", ""]) expect(set.has(path)).toBe(false);
    expect(set.hasAbove("/usr/lib/5/deep/file")).toBe(true);
    expect(set.hasAbove("/usr/lib/5")).toBe(false);
    expect(set.hasAbove("/usr/libx/5/a")).toBe(false);
    set.add("/");
    expect(set.hasAbove("/anything")).toBe(true);
    expect(set.hasAbove("/")).toBe(false);
  });
});

describe("finding files", () => {
  const layers = layersOf(
    {},
    [
      folder("usr"),
      folder("usr/lib"),
      link("lib", "usr/lib"),
      file("usr/lib/a", 1),
      file("gone/x"),
      file("etc/old"),
    ],
    [file(".wh.gone", 0), file("usr/lib/b"), link("etc/link", "../usr/lib/a"), link("etc/dead", "/nowhere")],
    [
      link("loop1", "loop2"),
      link("loop2", "loop1"),
      link("out", "../../../usr/lib/b"),
      file("etc/.wh.old", 0),
    ],
    [file("etc/old", 3)],
  );
  const find = (path: string, follow = true) => findFiles(layers, [path], { follow }).get(path);

  it("follows links in folders and at the end, also those that would leave the root", () => {
    expect(find("/lib/a")).toMatchObject({ entry: { path: "/usr/lib/a" }, layer: { number: 1 } });
    expect(find("/etc/link")).toMatchObject({ entry: { path: "/usr/lib/a" } });
    expect(find("/out")).toMatchObject({ entry: { path: "/usr/lib/b" } });
    expect(find("/etc/link", false)).toMatchObject({ entry: { type: "symlink" } });
  });

  it("finds nothing where something was deleted, a link leads nowhere, or in circles", () => {
    expect(find("/gone/x")).toBeUndefined();
    expect(find("/etc/dead")).toBeUndefined();
    expect(find("/etc/dead", false)).toBeDefined();
    expect(find("/loop1")).toBeUndefined();
    expect(find("/none")).toBeUndefined();
  });

  it("finds folders that no layer has an entry for, as long as anything lies in them", () => {
    const bare = layersOf(
      {},
      [file("app/tests/unit/a.py"), file("old/deep/x"), file("app/z")],
      [file(".wh.old", 0), file("app/tests/.wh.unit", 0), file("srv/.wh.x", 0)],
      [file("app/tests/unit/b.py")],
    );
    const at = (path: string) => findFiles(bare, [path], { follow: true }).get(path);
    expect(at("/app/tests")).toMatchObject({
      entry: { type: "directory", mode: 0o755 },
      layer: { number: 1 },
    });
    expect(at("/app/tests/unit")).toMatchObject({ entry: { type: "directory" }, layer: { number: 3 } });
    for (const path of ["/old", "/old/deep", "/srv", "/app/test"]) expect(at(path)).toBeUndefined();
  });

  it("finds what came again after it was deleted", () => {
    expect(find("/etc/old")).toMatchObject({ layer: { number: 4 }, entry: { size: 3 } });
  });
});

describe("the fate of a path", () => {
  it("is what the first later layer does to it or to a folder above", () => {
    const layers = layersOf(
      {},
      [file("a/b/c"), file("x"), file("y"), file("z/1")],
      [file("x"), folder("a"), file("q")],
      [file("a/.wh.b", 0), file(".wh.x", 0), file("z/.wh..wh..opq", 0)],
    );
    const [first, second] = layers;
    if (first === undefined || second === undefined) throw new Error("no layers");
    const fate = fatesOf(layers, [
      { path: "/a/b/c", layer: first },
      { path: "/x", layer: first },
      { path: "/y", layer: first },
      { path: "/z/1", layer: first },
      { path: "/x", layer: second },
    ]);
    expect(fate({ path: "/a/b/c", layer: first })).toMatchObject({ kind: "deleted", by: { number: 3 } });
    expect(fate({ path: "/x", layer: first })).toMatchObject({ kind: "overwritten", by: { number: 2 } });
    expect(fate({ path: "/x", layer: second })).toMatchObject({ kind: "deleted", by: { number: 3 } });
    expect(fate({ path: "/y", layer: first })).toEqual({ kind: "there" });
    expect(fate({ path: "/z/1", layer: first })).toMatchObject({ kind: "deleted", by: { number: 3 } });
  });
});

describe("history", () => {
  const history = historyOf({
    history: [
      { created_by: "# debian.sh --arch 'amd64' out/ 'trixie'" },
      { created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
      { created_by: "RUN /bin/sh -c apt-get\n\tinstall x # buildkit", comment: "buildkit.dockerfile.v0" },
      { created_by: "ARG VERSION=1", empty_layer: true },
      { created_by: "RUN |1 VERSION=1 /bin/sh -c make # buildkit" },
      { created_by: "COPY src src # buildkit" },
      { created_by: 'CMD ["app"]', empty_layer: true },
    ],
  });

  it("reads as the Dockerfile does", () => {
    expect(history.map(({ text, instruction }) => `${instruction}: ${text}`)).toEqual([
      ": # debian.sh --arch 'amd64' out/ 'trixie'",
      'CMD: CMD ["bash"]',
      "RUN: RUN apt-get install x",
      "ARG: ARG VERSION=1",
      "RUN: RUN make",
      "COPY: COPY src src",
      'CMD: CMD ["app"]',
    ]);
  });

  it("gives each layer its line, and none when they do not fit", () => {
    expect(linesOfLayers(history, 4)[3]).toBe("COPY src src");
    expect(linesOfLayers(history, 5)).toEqual(["", "", "", "", ""]);
    expect(historyOf({})).toEqual([]);
  });

  it("ends with what the Dockerfile did: what comes before is the base's", () => {
    expect(countBaseLayers(history, ["ARG", "RUN", "COPY", "CMD"])).toBe(2);
    expect(countBaseLayers(history, ["RUN", "COPY", "CMD"])).toBe(2);
    expect(countBaseLayers(history, [])).toBe(4);
    expect(countBaseLayers(history, ["COPY", "RUN", "CMD"])).toBe(0);
    expect(
      countBaseLayers(
        history,
        Array.from({ length: 20 }, () => "RUN"),
      ),
    ).toBe(0);
  });
});
