import { describe, expect, it } from "vitest";
import { formsOf } from "../secrets/forms.ts";
import { goInfo } from "../testing/go-info.ts";
import { entryOf, headerOf, type TarFile, tarOf } from "../testing/tar.ts";
import type { LayerFinding } from "./image-index.ts";
import { createLayerParser } from "./layer-parser.ts";
import { createScanner } from "./scanner.ts";

const VALUE = "s3cr3t-Value/with+all?";
const scanner = createScanner(formsOf(Buffer.from(VALUE)).map((form) => ({ ...form, secret: "token" })));

function parse(tar: Buffer, chunk = 65_536) {
  const parser = createLayerParser(scanner);
  for (let at = 0; at < tar.length; at += chunk) parser.write(tar.subarray(at, at + chunk));
  return parser.end();
}

const findings = (files: TarFile[] | Buffer, chunk?: number) =>
  parse(Buffer.isBuffer(files) ? files : tarOf(files), chunk).findings;

function told({ what, path, inName }: LayerFinding): string {
  const label = what.kind === "value" ? `${what.secret} ${what.form}` : what.format;
  return `${label} ${inName ? "named" : "in"} ${path}`;
}

describe("the value of a secret", () => {
  it("is found wherever pieces are cut", () => {
    const files = [
      { name: "etc/before", content: "x".repeat(700) },
      { name: "app/.env", content: `TOKEN=${VALUE}\n` },
      { name: "etc/after", content: "y" },
    ];
    for (let chunk = 1; chunk < 1200; chunk += 37)
      expect(findings(files, chunk).map(told)).toEqual(["token plain in /app/.env"]);
  });

  it("is found at the very beginning and end of a layer's files", () => {
    expect(findings([{ name: "a", content: VALUE }]).map(told)).toEqual(["token plain in /a"]);
    const unpadded = Buffer.concat([
      headerOf({ name: "a", size: 512 + VALUE.length }),
      Buffer.alloc(512),
      Buffer.from(VALUE),
    ]);
    expect(findings(Buffer.concat([unpadded, Buffer.alloc(1024 - VALUE.length)])).map(told)).toEqual([
      "token plain in /a",
    ]);
  });

  it("is found in each form, wherever it stands in base64", () => {
    for (const before of ["", "a", "ab", "abc"]) {
      const content = Buffer.from(`${before}${VALUE}zz`).toString("base64");
      expect(findings([{ name: "a", content }]).map(told)).toEqual(["token base64 in /a"]);
    }
    const url = `https://x/?t=${encodeURIComponent(VALUE)}`;
    expect(findings([{ name: "a", content: url }]).map(told)).toEqual(["token URL-escaped in /a"]);
    const json = JSON.stringify({ t: VALUE }).replaceAll("/", "\\/");
    expect(findings([{ name: "a", content: json }]).map(told)).toEqual(["token JSON-escaped in /a"]);
  });

  it("is found in names of files, long ones and targets of links included", () => {
    const secret = VALUE.replace("/", "_");
    const named = createScanner([{ secret: "name", form: "plain", bytes: Buffer.from(secret) }]);
    const inName = (files: TarFile[]) => {
      const parser = createLayerParser(named);
      for (const byte of tarOf(files)) parser.write(Buffer.of(byte));
      return parser.end().findings.map(told);
    };
    expect(inName([{ name: `cache/${secret}` }])).toEqual([`name plain named /cache/${secret}`]);
    const long = `${"d/".repeat(100)}${secret}`;
    expect(inName([{ name: "short", pax: { path: long } }])).toEqual([`name plain named /${long}`]);
    expect(inName([{ name: "link", flag: "2", link: secret }])).toEqual(["name plain named /link"]);
  });

  it("is found in files that only mark a deletion, and behind the end of the archive", () => {
    expect(findings([{ name: "app/.wh.x", content: VALUE }]).map(told)).toEqual(["token plain in /app/x"]);
    const behind = Buffer.concat([tarOf([{ name: "a" }]), Buffer.from(VALUE)]);
    expect(findings(behind).map(told)).toEqual(["token plain in "]);
  });

  it("is told once for a file, and of a layer full of it not without end", () => {
    expect(findings([{ name: "a", content: `${VALUE} `.repeat(1000) }])).toHaveLength(1);
    const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `f${at}`, content: VALUE }));
    expect(findings(many.slice(1))).toHaveLength(10_000);
    const { findings: kept, cut } = parse(tarOf(many));
    expect(kept).toHaveLength(10_000);
    expect(cut).toEqual([{ kind: "value", secret: "token", form: "plain" }]);
  });

  it("is found in a header behind any number of others", () => {
    const pax = { comment: `${"AKIAQ3EGRIX7TZ2MNB4P ".repeat(5_000)}${VALUE}` };
    expect(findings([{ name: "a", pax }]).map(told)).toEqual([
      "AWS access key named /a",
      "token plain named /a",
    ]);
  });
});

describe("what is kept of a layer", () => {
  it("is how large its files are, and no content but that of accounts and package lists", () => {
    const reading = parse(
      tarOf([
        { name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
        { name: "etc/group", content: "root:x:0:\n" },
        { name: "big", content: Buffer.alloc(300_000, "abc") },
        { name: "hard", flag: "1", link: "big" },
        {
          name: "v/site-packages/Py_Test-1.dist-info/METADATA",
          content: "Name: Py.Test\nVersion: 1.2\n\nName: no",
        },
        { name: "n/node_modules/@s/p/package.json", content: '{"name":"@s/p","version":"3.0.0"}' },
        { name: "n/node_modules/@s/p/data/package.json", content: '{"name":"none"}' },
        { name: "n/node_modules/broken/package.json", content: "{" },
        {
          name: "var/lib/dpkg/status",
          content:
            "Package: gcc-12\nStatus: install ok installed\nVersion: 12.2\n\nPackage: gone\nStatus: deinstall ok config-files\n\n",
        },
        { name: "var/lib/dpkg/status.d/base", content: "Package: base-files\nVersion: 12\n" },
        { name: "lib/apk/db/installed", content: "C:Q1\nP:musl\nV:1.2.5-r0\n\nP:busybox\nV:1\n" },
      ]),
    );
    expect(reading.size).toBeGreaterThan(300_000);
    expect(reading.count).toBe(11);
    expect(reading.accounts).toEqual([
      { path: "/etc/passwd", text: "root:x:0:0::/root:/bin/sh\n" },
      { path: "/etc/group", text: "root:x:0:\n" },
    ]);
    expect(reading.packages.map(({ ecosystem, name, version }) => `${ecosystem} ${name} ${version}`)).toEqual(
      [
        "python Py.Test 1.2",
        "node @s/p 3.0.0",
        "node broken ",
        "debian gcc-12 12.2",
        "debian base-files 12",
        "alpine musl 1.2.5-r0",
        "alpine busybox 1",
      ],
    );
  });

  it("is a list of users wherever it lies and pieces are cut, and nothing that is like one", () => {
    const users = "root:x:0:0::/root:/bin/sh\n";
    const files = [
      { name: "etc/shadow", content: "root:*:19000:0:99999:7:::\n" },
      { name: "log", content: "12:30:45 started\n" },
      { name: "usr/lib/users", content: users },
      { name: "usr/lib/groups", content: "staff:x:50:" },
    ];
    for (const chunk of [1, 13, 65_536])
      expect(parse(tarOf(files), chunk).accounts).toEqual([
        { path: "/usr/lib/users", text: users },
        { path: "/usr/lib/groups", text: "staff:x:50:" },
      ]);
  });

  it("is the package that a Go program was built from, and every module in it, wherever pieces are cut", () => {
    const many = Array.from(
      { length: 400 },
      (_, at) => `dep\texample.com/m${at}\tv0.0.${at}\th1:${"x".repeat(43)}=`,
    );
    const info = goInfo(
      "path\tgithub.com/x/lint/cmd/lint",
      "mod\tgithub.com/x/lint\tv1.2.3\th1:=",
      ...many,
      "dep\texample.com/old\tv1.0.0\n=>\texample.com/fork\tv1.0.1\th1:=",
      "build\t-compiler=gc",
    );
    const program = Buffer.concat([
      Buffer.alloc(100_000, "\x7fELF"),
      // Programs that read others' have the words without what follows them.
      Buffer.from("\xff Go buildinf:\x08\x02 and other words of theirs", "latin1"),
      Buffer.alloc(1000),
      info,
      Buffer.alloc(9_000),
    ]);
    for (const chunk of [65_536, 1_000, 7_919]) {
      const { packages } = parse(tarOf([{ name: "bin/renamed", content: program }]), chunk);
      const told = packages.map(({ ecosystem, name, version }) => `${ecosystem} ${name} ${version}`);
      expect(told).toHaveLength(404);
      expect(told.slice(0, 3)).toEqual([
        "go github.com/x/lint/cmd/lint v1.2.3",
        "go-module github.com/x/lint v1.2.3",
        "go-module example.com/m0 v0.0.0",
      ]);
      expect(told.slice(-2)).toEqual([
        "go-module example.com/old v1.0.0",
        "go-module example.com/fork v1.0.1",
      ]);
      expect(packages[0]?.path).toBe("/bin/renamed");
    }
  });

  it("is the package of a small Go program too, whatever may still come of it when its first bytes say little", () => {
    const program = Buffer.concat([Buffer.alloc(3_000, "\x7fELF"), goInfo("path\tx.y/z"), Buffer.alloc(500)]);
    const short = goInfo("path\tx.y/short");
    for (let chunk = 1; chunk < 1_600; chunk += 53) {
      const files = [
        { name: "bin/z", content: program },
        { name: "bin/short", content: short },
      ];
      const { packages, accounts } = parse(tarOf(files), chunk);
      expect(
        packages.map(({ name }) => name),
        `chunks of ${chunk}`,
      ).toEqual(["x.y/z", "x.y/short"]);
      expect(accounts).toEqual([]);
    }
  });

  it("is no more of a Go program than its linker would write, and nothing of one without modules", () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `dep\texample.com/m${at}\tv1.0.0`);
    const packagesOf = (content: Buffer) => parse(tarOf([{ name: "a", content }])).packages.length;
    expect(packagesOf(goInfo("path\tx.y/z", ...lines))).toBeLessThan(12_000);
    expect(packagesOf(goInfo())).toBe(0);
    expect(packagesOf(goInfo("path\tx.y/z").subarray(0, 40))).toBe(0);
    const thousands = Buffer.concat(
      Array.from({ length: 1_000 }, () => goInfo("path\tx.y/z", ...lines.slice(0, 5))),
    );
    expect(packagesOf(thousands)).toBe(64 * 6);
  });

  it("is little of very many entries", () => {
    const parser = createLayerParser(scanner);
    const before = process.memoryUsage().rss;
    const folder = "usr/lib/deep/".repeat(6);
    const headers = Array.from({ length: 5_000 }, (_, at) => headerOf({ name: `${folder}${at}` }));
    const thousands = Buffer.concat(headers);
    for (let at = 0; at < 250_000; at += headers.length) parser.write(thousands);
    const { count, entries } = parser.end();
    expect(count).toBe(250_000);
    expect(entries.length).toBeLessThan(5e6);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  }, 120_000);

  it("is nothing of very many zeros", () => {
    const parser = createLayerParser(scanner);
    const before = process.memoryUsage().rss;
    parser.write(headerOf({ name: "zeros", size: 1 << 28 }));
    const zeros = Buffer.alloc(1 << 20);
    for (let at = 0; at < 256; at += 1) parser.write(zeros);
    parser.write(entryOf({ name: "after", content: VALUE }));
    const { size, findings: found } = parser.end();
    expect(size).toBe((1 << 28) + VALUE.length);
    expect(found.map(told)).toEqual(["token plain in /after"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  }, 60_000);
});
