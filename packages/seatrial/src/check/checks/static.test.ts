import { describe, expect, it } from "vitest";
import type { CheckSettings } from "../../config/index.ts";
import type { TarFile } from "../testing/tar.ts";
import { type CheckWorld, check, textOf } from "../testing/world.ts";

const file = (name: string, content = "x", mode = 0o644): TarFile => ({ name, content, mode });
const passwd = (...lines: string[]) => file("etc/passwd", `${lines.join("\n")}\n`);

async function cases(settings: Partial<CheckSettings>, world: CheckWorld = {}) {
  const { outcome } = await check({
    ...world,
    settings: { secrets: { enabled: false, allow: [], allowEmpty: [] }, ...settings },
  });
  return outcome.results.map((test) => `${test.name}: ${textOf(test).split("\n").slice(0, 2).join(" – ")}`);
}

describe("user", () => {
  const judge = async (user: string, runsAs: string, files: TarFile[] = []) =>
    (await cases({ user }, { config: { user: runsAs }, layers: [files] }))[0];

  it.each([
    ["non-root", "app", [passwd("app:x:1000:1000::/:")]],
    ["non-root", "1000", []],
    ["non-root", "65534:65534", []],
    ["non-root", "1000", [passwd("1000:x:0:0::/:")]],
    ["1000:2000", "1000:2000", [file("etc/group", "2000:x:3000:\n")]],
    ["app", "1000", [passwd("app:x:1000:1000::/:")]],
    ["1000", "app", [passwd("app:x:1000:1000::/:")]],
    ["1000:2000", "app:staff", [passwd("app:x:1000:1000::/:"), file("etc/group", "staff:x:2000:\n")]],
    ["root", "", []],
    ["app", "1000", [passwd("app:x:01000:1000::/:")]],
    ["0", "root", [passwd("root:x:0:0::/:")]],
  ])("%s holds for USER %s", async (user, runsAs, files) => {
    expect(await judge(user, runsAs, files)).toBe(`${user}: passed`);
  });

  it.each([
    ["non-root", "", [], "names no user, and so runs as root"],
    ["non-root", "0", [], "runs as 0: root"],
    ["non-root", "root:1000", [passwd("root:x:0:0::/:")], "runs as root:1000: root"],
    [
      "non-root",
      "toor",
      [passwd("root:x:0:0::/:", "toor:x:0:1000::/:")],
      "number 0 in its /etc/passwd: root by another name",
    ],
    ["non-root", "00", [], "runs as 00"],
    ["non-root", "app", [], "which is no user in its /etc/passwd"],
    ["non-root", "0", [passwd("0:x:1000:1000::/:", "root:x:0:0::/:")], "runs as 0: root"],
    ["non-root", "", [passwd("root:x:1000:1000::/:")], "names no user, and so runs as root"],
    [
      "non-root",
      "app",
      [passwd("app:x:x1000:1000::/:")],
      "number 0 in its /etc/passwd: root by another name",
    ],
    ["non-root", "app", [passwd("app")], "number 0 in its /etc/passwd: root by another name"],
    ["app", "other", [passwd("app:x:1000:1::/:", "other:x:1001:1::/:")], "runs as other, not as app"],
    ["1000:2000", "1000:3000", [], "runs as 1000:3000, not as 1000:2000"],
    ["1000", "", [], "runs as root, since it names no user, not as 1000"],
  ])("%s does not hold for USER %s with %o", async (user, runsAs, files, message) => {
    const judged = await judge(user, runsAs, files);
    expect(judged).toMatch(/: failed/);
    expect(judged).toContain(message);
  });
});

describe("max-size", () => {
  it("counts the files of all layers, deleted ones too, and names the largest layers", async () => {
    const layers = [[file("a", "x".repeat(3000))], [file("b", "x".repeat(2000)), file(".wh.a")]];
    expect(await cases({ maxSizeBytes: 5000 }, { layers })).toEqual(["at most 5.0 kB: passed"]);
    expect(await cases({ maxSizeBytes: 4999 }, { layers, history: ["RUN big", "RUN small"] })).toEqual([
      "at most 5.0 kB: failed – The image has 5.0 kB, 1 B more than allowed. Its largest layers:",
    ]);
  });
});

describe("no-sources", () => {
  const usual = { noSources: { enabled: true, globs: [] } };
  const failing = async (name: string) =>
    (await cases(usual, { layers: [[file(name)]] }))
      .filter((each) => each.includes("failed"))
      .map((each) => each.split(":")[0]);

  it.each([
    ["app/main.go", "sources of compiled languages"],
    ["app/src/index.ts", "sources of compiled languages"],
    ["usr/src/app/server.c", "sources of compiled languages"],
    ["go/pkg/mod/github.com/x/y@v1/z.go", "sources of compiled languages"],
    ["app/tests/test_api.py", "tests"],
    ["app/conftest.py", "tests"],
    ["srv/src/a.test.js", "tests"],
    ["app/.git/config", "version control"],
  ])("finds %s: %s", async (name, kind) => {
    expect(await failing(name)).toEqual([kind]);
  });

  it.each([
    "app/node_modules/x/src/index.ts",
    "app/.venv/lib/python3.13/site-packages/numpy/tests/test_a.py",
    "usr/lib/python3/dist-packages/x/conftest.py",
    "usr/lib/python3.13/test/test_support.py",
    "usr/include/stdio.h",
    "usr/local/go/src/fmt/print.go",
    "usr/share/doc/x/a.c",
    "usr/src/app/node_modules/x/a.ts",
    "app/dist/index.d.ts",
    "app/main.py",
    "app/server.js",
    "app/contest.py",
    "etc/skel/x.c",
  ])("does not find %s", async (name) => {
    expect(await failing(name)).toEqual([]);
  });

  it("finds what a later layer deletes", async () => {
    const layers = [[file("app/main.go")], [file("app/.wh.main.go")]];
    const [first] = await cases(usual, { layers });
    expect(first).toMatch(/failed – \/app\/main.go in layer 1 of 2 .*deleted by layer 2/);
  });

  it("takes own globs as they are written, one case for each", async () => {
    const globs = ["*.py", "/app/tests/**", "!**/vendor/**"];
    const layers = [[file("app/vendor/a.py"), file("app/tests/x"), file("lib/site-packages/b.py")]];
    expect(await cases({ noSources: { enabled: true, globs } }, { layers })).toEqual([
      expect.stringMatching(/^\*\.py: failed – \/lib\/site-packages\/b\.py /),
      expect.stringMatching(/^\/app\/tests\/\*\*: failed – \/app\/tests\/x /),
    ]);
  });
});

describe("files", () => {
  const layers = [
    [
      file("app/server", "x", 0o755),
      file("app/.env"),
      { name: "app/link", flag: "2", link: "server" },
      file("app/old"),
    ],
    [file("app/.wh.old"), { name: "app/dead", flag: "2", link: "/none" }],
  ];

  it("judges presence, mode and owner of what a container would see", async () => {
    const some = { present: true } as const;
    const none = { present: false } as const;
    expect(
      await cases(
        {
          files: {
            "/app/server": { present: true, mode: 0o755, uid: 0, executable: true },
            "/app/link": { present: true, mode: 0o755 },
            "/app/old": none,
            "/none": none,
            "/app": none,
            "/app/./server": some,
          },
        },
        { layers: [[{ name: "app/", flag: "5" }, ...(layers[0] ?? [])], layers[1] ?? []] },
      ),
    ).toEqual([
      "/app/server mode 0755, owner 0, executable: passed",
      "/app/link mode 0755: passed",
      "/app/old absent: passed",
      "/none absent: passed",
      expect.stringMatching(/^\/app absent: failed – \/app should not be there: it came with layer 1 of 2/),
      "/app/./server present: passed",
    ]);
  });

  it("says what is wrong, all of it, and where the file came from", async () => {
    expect(
      await cases(
        {
          files: {
            "/app/.env": { present: true, mode: 0o600, uid: 1000, gid: 5, executable: true },
            "/app/dead": { present: true },
            "/app/none": { present: true },
            "/app/server": { present: true, executable: false },
          },
        },
        { layers },
      ),
    ).toEqual([
      "/app/.env mode 0600, owner 1000, group 5, executable: failed – /app/.env has mode 0644, not 0600, has owner 0, not 1000, has group 0, not 5, is not executable (mode 0644). It came with layer 1 of 2 (`RUN step-1`).",
      "/app/dead present: failed – /app/dead is a link to /none, which is not there.",
      "/app/none present: failed – /app/none is not there.",
      "/app/server not executable: failed – /app/server is executable. It came with layer 1 of 2 (`RUN step-1`).",
    ]);
  });
});

describe("labels and env", () => {
  it("are judged by presence, value and expression", async () => {
    const config = { labels: { a: "1", empty: "" }, env: { NODE_ENV: "production", V: "v12\nx" } };
    const settings: Partial<CheckSettings> = {
      labels: {
        a: { kind: "present" },
        empty: { kind: "present" },
        b: { kind: "present" },
        toString: { kind: "absent" } as const,
      },
      env: {
        NODE_ENV: { kind: "equals", value: "production" },
        DEBUG: { kind: "absent" },
        V: { kind: "matches", pattern: "v\\d+.*" },
        PATH: { kind: "equals", value: "/bin" },
      },
    };
    expect(await cases(settings, { config })).toEqual([
      "a present: passed",
      "empty present: passed",
      "b present: failed – The label b is not there.",
      "toString absent: passed",
      'NODE_ENV is "production": passed',
      "DEBUG absent: passed",
      "V matches v\\d+.*: passed",
      'PATH is "/bin": failed – The variable PATH is not there.',
    ]);
    expect(
      await cases(
        { env: { V: { kind: "absent" }, NODE_ENV: { kind: "matches", pattern: "prod|(" } } },
        { config },
      ),
    ).toEqual([
      'V absent: failed – The variable V should not be there, and is "v12\\nx".',
      'NODE_ENV matches prod|(: failed – The variable NODE_ENV is "production", which does not match prod|(.',
    ]);
  });
});

describe("waste", () => {
  const layers = [
    [file("base", "x".repeat(900))],
    [file("app", "x".repeat(500))],
    [file("base"), file("app")],
  ];
  const world = { layers, history: ["base", "COPY app", "RUN chown"], instructions: ["COPY", "RUN"] };

  it("judges the project's own layers only, and tells both", async () => {
    expect(await cases({ wasteBytes: 500 }, world)).toEqual(["at most 500 B: passed"]);
    expect(await cases({ wasteBytes: 499 }, world)).toEqual([
      "at most 499 B: failed – 500 B of the project's own layers are overwritten or deleted by later ones:",
    ]);
    expect((await check(world)).outcome.reading?.waste).toMatchObject({ own: 500, base: 900 });
  });
});
