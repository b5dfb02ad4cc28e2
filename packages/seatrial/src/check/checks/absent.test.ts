import { describe, expect, it } from "vitest";
import { goInfo } from "../testing/go-info.ts";
import type { TarFile } from "../testing/tar.ts";
import { type CheckWorld, check, textOf } from "../testing/world.ts";

const command = (name: string): TarFile => ({ name, mode: 0o755, content: "#!" });
const PACKAGE = {
  name: "v/site-packages/Foo_Bar-1.2.dist-info/METADATA",
  content: "Name: Foo.Bar\nVersion: 1.2\n",
};

const GO = {
  name: "app/server",
  content: goInfo(
    "path\tgithub.com/x/lint/cmd/lint",
    "mod\tgithub.com/x/lint\t(devel)\t",
    "dep\tgithub.com/stretchr/testify\tv1.10.0\th1:=",
    "dep\tgithub.com/jackc/pgx/v5\tv5.7.0\th1:=",
    "dep\tcloud.google.com/go\tv0.1.0\th1:=",
    "dep\tgopkg.in/yaml.v3\tv3.0.1\th1:=",
  ),
};

/** As apk keeps it: a paragraph for each package, what it provides (p:) and needs (D:), its folders (F:) and files (R:). */
const APK = {
  name: "lib/apk/db/installed",
  content: `C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
P:busybox-binsh
V:1.37.0-r12
A:x86_64
S:1654
I:8192
T:busybox ash /bin/sh
U:https://busybox.net/
L:GPL-2.0-only
o:busybox
t:1737387600
c:e4ea7a5a0bd2b1e0c5e3e8a47f9e3e77a6b1a2c1
D:busybox=1.37.0-r12
p:/bin/sh cmd:sh=1.37.0-r12 gcc
r:busybox-initscripts
q:100
F:bin
R:sh
a:0:0:777
Z:Q1pcfTfDNEbNKQc2s1tia7da05M8Q=

C:Q1NN3sp0yr99btRysqty3nQUrWHaY=
P:make
V:4.4.1-r2
A:x86_64
F:usr/bin
R:make
a:0:0:755
Z:Q1abc=
F:usr/share
M:0:0:755
`,
};

async function absent(things: string[], world: CheckWorld) {
  return await check({ ...world, settings: { absent: things } });
}

async function found(thing: string, files: TarFile[], config?: CheckWorld["config"]): Promise<boolean> {
  const { find } = await absent([thing], { layers: [files], ...(config && { config }) });
  return find(`check.absent ${thing}`)?.status === "failed";
}

describe("a command that must be absent", () => {
  it.each([
    ["pytest", "app/.venv/bin/pytest"],
    ["pytest", "usr/bin/pytest-3"],
    ["gcc", "usr/bin/gcc-12"],
    ["gcc", "usr/bin/x86_64-linux-gnu-gcc-12"],
    ["python", "usr/local/bin/python3.13"],
    ["go", "usr/local/go/bin/go"],
    ["jest", "app/node_modules/.bin/jest"],
    ["tool", "tool"],
    ["useradd", "usr/sbin/useradd"],
  ])("%s is found as %s", async (thing, name) => {
    expect(await found(thing, [command(name)])).toBe(true);
  });

  it.each([
    ["pytest", command("usr/bin/pytest-cov")],
    ["gcc", command("usr/bin/gcc-ar-12")],
    ["gcc", command("usr/share/bash-completion/completions/gcc")],
    ["gcc", command("app/gcc")],
    ["go", command("usr/bin/gofmt")],
    ["gcc", { name: "usr/bin/gcc", mode: 0o644 }],
    ["gcc", { name: "usr/bin/gcc", flag: "5", mode: 0o755 }],
    ["gcc", { name: "usr/bin/.wh.gcc" }],
  ])("%s is not found in %o", async (thing, file) => {
    expect(await found(thing, [file])).toBe(false);
  });

  it("is found as a link, to busybox or anything else", async () => {
    expect(await found("wget", [{ name: "bin/wget", flag: "2", link: "/bin/busybox" }])).toBe(true);
    expect(
      await found("wget", [command("bin/busybox"), { name: "bin/wget", flag: "1", link: "bin/busybox" }]),
    ).toBe(false);
    expect(await found("wget", [{ name: "bin/wget", flag: "1", link: "bin/busybox", mode: 0o755 }])).toBe(
      true,
    );
  });

  it("is found in folders of the image's PATH", async () => {
    expect(await found("gcc", [command("opt/tools/gcc")])).toBe(false);
    expect(await found("gcc", [command("opt/tools/gcc")], { env: { PATH: "/usr/bin:/opt/tools" } })).toBe(
      true,
    );
  });

  it("can be a folder that the layer has no entry for, and is told once in each layer", async () => {
    const files = [{ name: "app/tests/unit/a.py" }, { name: "app/tests/b.py" }];
    const { find } = await absent(["/app/tests", "/app/test/"], {
      layers: [files, [{ name: "app/.wh.tests" }]],
    });
    const text = textOf(find("check.absent /app/tests"));
    expect(text).toMatch(/^failed\n\/app\/tests \(a folder\) in layer 1 of 2 .*, deleted by layer 2 of 2/);
    expect(text.split("\n")).toHaveLength(3);
    expect(find("check.absent /app/test/")?.status).toBe("passed");
    const env = await absent(["/app/.env"], { layers: [[{ name: "app/.env" }], [{ name: "app/.env" }]] });
    expect(env.find("check.absent /app/.env")?.message).toMatch(
      /^\/app\/.env in layer 1 of 2 .*\n\/app\/.env in layer 2 of 2/,
    );
  });

  it("can be a path", async () => {
    expect(await found("/app/tests", [{ name: "app/tests/", flag: "5" }])).toBe(true);
    expect(await found("/app/test", [{ name: "app/tests/", flag: "5" }])).toBe(false);
  });
});

describe("a package that must be absent", () => {
  it.each([
    ["foo-bar", PACKAGE],
    ["Foo_Bar", PACKAGE],
    ["@s/p", { name: "a/node_modules/@s/p/package.json", content: '{"name":"@s/p"}' }],
    ["gcc", { name: "var/lib/dpkg/status", content: "Package: gcc-12\nStatus: install ok installed\n" }],
    ["gcc", { name: "var/lib/dpkg/status.d/gcc", content: "Package: gcc\n" }],
    ["busybox-binsh", APK],
    ["make", APK],
    ["make", { ...APK, name: "usr/lib/apk/db/installed" }],
    ["lint", GO],
    ["github.com/x/lint", GO],
    ["github.com/stretchr/testify", GO],
    ["github.com/jackc/pgx", GO],
    ["github.com/jackc/pgx/v5", GO],
    ["gopkg.in/yaml.v3", GO],
  ])("%s is found by %o", async (thing, file) => {
    expect(await found(thing, [file])).toBe(true);
  });

  it.each(["testify", "go", "github.com/stretchr", "github.com/jackc/pgx/v4"])(
    "is not %s in a Go program: modules have their whole path",
    async (thing) => expect(await found(thing, [GO])).toBe(false),
  );

  it.each(["gcc", "sh", "bin", "busybox"])(
    "is not %s where apk only says that another provides or needs it",
    async (thing) => expect(await found(thing, [APK])).toBe(false),
  );

  it("is another one when only a part of its name is the same", async () => {
    expect(await found("foo", [PACKAGE])).toBe(false);
    expect(await found("p", [{ name: "a/node_modules/@s/p/package.json", content: '{"name":"@s/p"}' }])).toBe(
      false,
    );
    expect(
      await found("gcc", [
        { name: "var/lib/dpkg/status", content: "Package: gcc-12-base\nStatus: install ok installed\n" },
      ]),
    ).toBe(false);
  });
});

describe("what is told", () => {
  it("names path, layer, line of the history, and who deletes or replaces it", async () => {
    const { find, outcome } = await absent(["pytest", "gcc"], {
      layers: [[command("usr/bin/pytest")], [command("usr/bin/pytest")], [{ name: "usr/bin/.wh.pytest" }]],
      history: [
        "base",
        "-ENV A=1",
        "RUN /bin/sh -c pip install pytest # buildkit",
        "RUN /bin/sh -c pip uninstall pytest",
      ],
      instructions: ["ENV", "RUN", "RUN"],
    });
    expect(textOf(find("check.absent pytest"))).toBe(
      [
        "failed",
        "/usr/bin/pytest (a command) in layer 1 of 3 (base image: `base`), overwritten by layer 2 of 3 (`RUN pip install pytest`)",
        "/usr/bin/pytest (a command) in layer 2 of 3 (`RUN pip install pytest`), deleted by layer 3 of 3 (`RUN pip uninstall pytest`)",
        "Install pytest in a stage that does not ship, and copy from it only what the program needs.",
      ].join("\n"),
    );
    expect(find("check.absent gcc")).toEqual({
      group: "check.absent",
      name: "gcc",
      status: "passed",
      duration: 0,
    });
    expect(outcome.status).toBe("failed");
  });

  it("says of what is gone in the end that it still travels", async () => {
    const { find } = await absent(["gcc"], { layers: [[command("bin/gcc")], [{ name: ".wh.bin" }]] });
    expect(find("check.absent gcc")?.message).toMatch(/Deleted files stay in the layer below/);
  });

  it("is short for very many, and whole as output", async () => {
    const many = Array.from({ length: 500 }, (_, at) => command(`opt/${at}/bin/gcc`));
    const { find } = await absent(["gcc"], { layers: [many] });
    const test = find("check.absent gcc");
    expect(test?.message?.split("\n")).toHaveLength(5);
    expect(test?.message).toMatch(/… and 497 more/);
    expect(test?.output?.split("\n")).toHaveLength(100);
  });
});
