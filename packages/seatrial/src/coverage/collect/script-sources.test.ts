import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { agentWith, takeFrom } from "../testing/containers.ts";
import { takeScripts } from "./script-sources.ts";
import { createUnitSink } from "./unit-sink.ts";

const profile = (...urls: string[]) =>
  JSON.stringify({ result: urls.map((url) => ({ url, functions: [] })) });
const folderOf = (name: string) => `/seatrial-coverage/node/${name}`;

describe("scripts of profiles of Node", () => {
  it("come along with their source maps, those of packages and of Node do not", async () => {
    await using place = await createFolder({});
    const files = {
      "node/coverage-1-2-0.json": profile(
        "file:///app/dist/server.js",
        "file:///app/with%20space.mjs?v=2",
        "file:///app/node_modules/x/index.js",
        "node:fs",
        "file:///seatrial-coverage/.hooks/node.cjs",
        "file:///gone.js",
        "file://host/app/x.js",
        "http://example.com/x.js",
        "evalmachine.<anonymous>",
      ),
      "/app/dist/server.js": "run()\n//# sourceMappingURL=maps/server.js.map\n",
      "/app/dist/maps/server.js.map": "{}",
      "/app/with space.mjs": "//# sourceMappingURL=data:application/json;base64,e30=\n",
      "/app/node_modules/x/index.js": "x",
    };
    const manifest = await takeFrom({ folder: place.path, files });
    expect(manifest.files.map((file) => file.path).sort()).toEqual([
      "node/coverage-1-2-0.json",
      "sources/app/dist/maps/server.js.map",
      "sources/app/dist/server.js",
      "sources/app/with space.mjs",
    ]);
    expect(manifest.problems).toEqual([]);
    expect(await readFile(`${place.path}/sources/app/dist/server.js`, "utf8")).toContain("run()");
  });

  it("bring what their source maps name and do not hold, be the map in a file or in the script", async () => {
    await using place = await createFolder({});
    const inline = Buffer.from(JSON.stringify({ sources: ["b.ts"], mappings: "" })).toString("base64");
    const files = {
      "node/coverage-1-2-0.json": profile("file:///app/dist/a.js", "file:///app/dist/b.js"),
      "/app/dist/a.js": "a()\n//# sourceMappingURL=a.js.map\n",
      "/app/dist/a.js.map": JSON.stringify({
        sourceRoot: "",
        sources: [
          "../src/a.ts",
          "../src/held.ts",
          "../src/gone.ts",
          "../node_modules/x/y.ts",
          "http://x/y.ts",
          7,
        ],
        sourcesContent: [null, "text"],
        mappings: "",
      }),
      "/app/dist/b.js": `b()\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
      "/app/dist/b.ts": "b",
      "/app/src/a.ts": "a",
      "/app/src/held.ts": "held",
      "/app/node_modules/x/y.ts": "y",
    };
    const manifest = await takeFrom({ folder: place.path, files });
    const names = manifest.files.map((file) => file.path).filter((name) => name.endsWith(".ts"));
    expect(names.sort()).toEqual(["sources/app/dist/b.ts", "sources/app/src/a.ts"]);
    expect(manifest.problems).toEqual([]);
  });

  it("never lead out of the unit, whatever a profile or a map names", async () => {
    await using place = await createFolder({});
    const files = {
      "node/coverage-1-2-0.json": profile("file:///app/%2e%2e/etc/passwd", "file:///app/a.js", "file:///"),
      "/app/a.js": "//# sourceMappingURL=../../../etc/shadow\n",
      "/etc/passwd": "p",
      "/etc/shadow": "s",
    };
    const manifest = await takeFrom({ folder: `${place.path}/unit`, files });
    const names = manifest.files.map((file) => file.path);
    // A container's own files, below their own names: nothing of this machine.
    expect(names.every((name) => /^(node|sources\/(app|etc))\//.test(name))).toBe(true);
    expect(names.join()).not.toContain("..");
  });

  it("are left out beyond the limits, and told", async () => {
    await using place = await createFolder({});
    const agent = agentWith({
      "/app/a.js": "a".repeat(10),
      "/app/b.js": "b".repeat(100),
      "/app/c.js": "c".repeat(10),
      "/app/d.js": "d".repeat(10),
    });
    const sink = createUnitSink({ folder: place.path, redact: (words) => [...words] });
    const urls = ["a", "b", "c", "d"].map((name) => `file:///app/${name}.js`);
    await sink.add("node/coverage-1-2-0.json", Buffer.from(profile(...urls)));
    const leftOut = await takeScripts({
      agent,
      folder: place.path,
      sink,
      limits: { files: 2, bytes: 1_000, oneFile: 50 },
      signal: new AbortController().signal,
    });
    expect(leftOut).toContain("/app/b.js");
    expect(leftOut).toHaveLength(2);
    expect(sink.files).toHaveLength(3);
  });

  it("are none of a profile that is no JSON: its reader says so", async () => {
    await using place = await createFolder({});
    const files = {
      [folderOf("coverage-1-2-0.json")]: "{ cut",
      [folderOf("coverage-1-2-1.json")]: "null",
      [folderOf("coverage-1-2-2.json")]: '{"result":[null,3,{"url":7}]}',
    };
    const manifest = await takeFrom({ folder: place.path, files });
    expect(manifest.files).toHaveLength(3);
    expect(manifest.problems).toEqual([]);
  });
});
