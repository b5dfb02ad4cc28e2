import { expect, it } from "vitest";
import { entryOf } from "../testing/tar.ts";
import { layerEntry } from "./entry.ts";
import { createEntryLog, readEntryLog } from "./entry-log.ts";
import type { LayerEntry } from "./image-index.ts";
import { createTarParser } from "./tar-parser.ts";

function entryNamed(name: string, flag = "0"): LayerEntry | undefined {
  let found: LayerEntry | undefined;
  const parser = createTarParser({
    entry(entry) {
      found = layerEntry(entry);
    },
    data: () => undefined,
  });
  parser.write(entryOf({ name, flag, content: flag === "0" ? "abc" : "" }));
  return found;
}

it.each([
  ["./usr/bin/gcc", "/usr/bin/gcc"],
  ["/etc/passwd", "/etc/passwd"],
  ["//etc//passwd", "/etc/passwd"],
  ["../../../etc/passwd", "/etc/passwd"],
  ["a/../../b/./c", "/b/c"],
  ["a..b/..c/d..", "/a..b/..c/d.."],
  ["./", "/"],
])("the name %j is the path %j, and never outside of the root", (name, path) => {
  expect(entryNamed(name)?.path).toBe(path);
});

it("whiteouts and opaque markers are about the paths that they hide", () => {
  expect(entryNamed("app/.wh.secret")).toMatchObject({ type: "whiteout", path: "/app/secret", size: 0 });
  expect(entryNamed(".wh.app")).toMatchObject({ type: "whiteout", path: "/app" });
  expect(entryNamed("app/.wh..wh..opq")).toMatchObject({ type: "opaque", path: "/app" });
  expect(entryNamed(".wh..wh..opq")).toMatchObject({ type: "opaque", path: "/" });
  expect(entryNamed("app/.wh.x/../shadow")).toMatchObject({ type: "file", path: "/app/shadow" });
});

it("notes of storage drivers and unknown kinds mean nothing", () => {
  expect(entryNamed(".wh..wh.plnk/1.2")).toMatchObject({ type: "file" });
  expect(entryNamed(".wh..wh.aufs")).toBeUndefined();
  expect(entryNamed(".wh.")).toBeUndefined();
  expect(entryNamed("label", "V")).toBeUndefined();
});

it("only files have a size, and folders are known by a slash too", () => {
  expect(entryNamed("file")).toMatchObject({ type: "file", size: 3 });
  expect(entryNamed("folder/")).toMatchObject({ type: "directory", size: 0, path: "/folder" });
  expect(entryNamed("device", "4")).toMatchObject({ type: "device", size: 0 });
});

it("a log gives back what it was given, in a few bytes an entry", () => {
  const entries: LayerEntry[] = Array.from({ length: 50_000 }, (_, at) => ({
    path: `/srv/äpp/node_modules/package-${Math.floor(at / 50)}/lib/file-${at}.js`,
    type: at % 7 === 0 ? "symlink" : "file",
    size: at % 3 === 0 ? at * 1e9 : at,
    mode: 0o644,
    uid: at % 5 === 0 ? 4_294_967_295 : 0,
    gid: 0,
    link: at % 7 === 0 ? "../target" : "",
  }));
  const log = createEntryLog();
  for (const entry of entries) log.add(entry);
  const { bytes, count } = log.close();
  expect(count).toBe(entries.length);
  expect([...readEntryLog(bytes)]).toEqual(entries);
  expect(bytes.length / count).toBeLessThan(30);
});
