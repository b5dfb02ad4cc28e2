import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formsOf } from "../secrets/forms.ts";
import { type TarFile, tarOf } from "../testing/tar.ts";
import { createLayerParser } from "./layer-parser.ts";
import { createScanner } from "./scanner.ts";

const VALUE = "s3cr3t-Value-99";
const scanner = createScanner(formsOf(Buffer.from(VALUE)).map((form) => ({ ...form, secret: "token" })));

function read(files: TarFile[], chunk = 65_536) {
  const parser = createLayerParser(scanner);
  const tar = tarOf(files);
  for (let at = 0; at < tar.length; at += chunk) parser.write(tar.subarray(at, at + chunk));
  return parser.end();
}

const NPMRC = tarOf([{ name: "root/.npmrc", content: `//r.example/:_authToken=${VALUE}-aB3dE5fG7h\n` }]);

describe("a gzip file in a layer", () => {
  it.each([1, 600, 65_536])("is looked into, in pieces of %i bytes", (chunk) => {
    const files = [
      { name: "app/backup.tar.gz", content: gzipSync(NPMRC) },
      { name: "app/a.tgz", content: gzipSync(`x${VALUE}`) },
      { name: "app/plain", content: "x" },
    ];
    const told = read(files, chunk).findings.map(({ what, path, isPacked }) => [
      what.kind === "value" ? what.secret : what.format,
      path,
      isPacked,
    ]);
    expect(told).toEqual([
      ["npm token", "/app/backup.tar.gz", true],
      ["token", "/app/backup.tar.gz", true],
      ["token", "/app/a.tgz", true],
    ]);
  });

  it("is left alone when published packages bring it, it is none, or it is damaged", () => {
    const packed = gzipSync(VALUE);
    const files = [
      { name: "usr/share/man/man1/x.1.gz", content: packed },
      { name: "app/empty.gz" },
      { name: "app/text.gz", content: "no gzip at all" },
      { name: "app/half.gz", content: packed.subarray(0, -10) },
      { name: "app/after.gz", content: packed },
    ];
    expect(read(files).findings.map(({ path }) => path)).toEqual(["/app/after.gz"]);
  });

  it("that is a bomb, or one of thousands, costs no more than what it is allowed to", () => {
    const bomb = gzipSync(Buffer.alloc(100 << 20));
    const before = process.memoryUsage().rss;
    const start = process.cpuUsage();
    const bombs = Array.from({ length: 100 }, (_, at) => ({ name: `app/${at}.gz`, content: bomb }));
    expect(read([{ name: "app/a.gz", content: gzipSync(VALUE) }, ...bombs]).findings).toHaveLength(1);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(10);
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  }, 60_000);
});
