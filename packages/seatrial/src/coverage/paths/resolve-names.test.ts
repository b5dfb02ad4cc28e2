import { describe, expect, it } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { type ProfileNames, type ProjectPaths, resolveNames } from "./resolve-names.ts";

function project(files: string[], more: Partial<ProjectPaths> = {}): ProjectPaths {
  return { root: "/home/me/shop", files: new Set(files), modules: [], paths: {}, ...more };
}

function named(names: string[], more: Partial<ProfileNames> = {}): ProfileNames {
  return { names, kind: "files", workingDir: "/app", modules: [], ...more };
}

function paths(profile: ProfileNames, of: ProjectPaths): string[] {
  return resolveNames([profile], of).flatMap((each) => each.map(({ path, is }) => `${is} ${path}`));
}

describe("names of Go", () => {
  const go = (names: string[], modules: string[] = []) =>
    named(names, { kind: "go", workingDir: "", modules });
  const modules = [
    { module: "example.com/shop/tools", folder: "build/tools" },
    { module: "example.com/shop", folder: "" },
  ];

  it("are of the module with the longest path", () => {
    const of = project(["main.go", "build/tools/gen.go"], { modules });
    expect(paths(go(["example.com/shop/main.go", "example.com/shop/tools/gen.go"]), of)).toEqual([
      "project main.go",
      "project build/tools/gen.go",
    ]);
  });

  it("that only begin like a module are not of it", () => {
    expect(paths(go(["example.com/shopping/main.go"]), project(["main.go"], { modules }))).toEqual([
      "unknown example.com/shopping/main.go",
    ]);
  });

  it("are where the module says, also when the file is not there any more", () => {
    expect(paths(go(["example.com/shop/gen/api.pb.go"]), project([], { modules }))).toEqual([
      "gone gen/api.pb.go",
    ]);
  });

  it("of a module above the root are named from the root", () => {
    const above = [{ module: "example.com/mono", folder: "../.." }];
    expect(
      paths(
        go(["example.com/mono/me/shop/main.go", "example.com/mono/lib/log.go"]),
        project(["main.go"], { modules: above }),
      ),
    ).toEqual(["project main.go", "project ../../lib/log.go"]);
  });

  it("never lead out of a module", () => {
    expect(paths(go(["example.com/shop/../../../etc/passwd"]), project([], { modules }))).toEqual([
      "unknown ../etc/passwd",
    ]);
  });

  it("of the standard library are no files of the project that end alike", () => {
    expect(paths(go(["fmt/print.go"]), project(["internal/fmt/print.go"], { modules }))).toEqual([
      "unknown fmt/print.go",
    ]);
  });

  it("are found by what the profile says its modules are where there is no go.mod", () => {
    const profile = go(["example.com/shop/store/a.go", "example.com/shop/b.go"], ["example.com/shop"]);
    expect(paths(profile, project(["store/a.go"]))).toEqual([
      "project store/a.go",
      "unknown example.com/shop/b.go",
    ]);
  });

  it("that are absolute are files of the image", () => {
    expect(paths(go(["/src/cmd/main.go"]), project(["cmd/main.go"], { modules }))).toEqual([
      "project cmd/main.go",
    ]);
  });
});

describe("names of files", () => {
  it("are what paths say, the longest beginning first", () => {
    const of = project(["server/a.py", "web/b.py"], { paths: { "/app": "server", "/app/static/": "./web" } });
    expect(paths(named(["/app/a.py", "/app/static/b.py", "/application/a.py"]), of)).toEqual([
      "project server/a.py",
      "project web/b.py",
      "unknown /application/a.py",
    ]);
  });

  it("are what paths say of names as the profile has them", () => {
    expect(paths(named(["src/a.ts"]), project([], { paths: { src: "web/src" } }))).toEqual([
      "gone web/src/a.ts",
    ]);
  });

  it("begin at the working directory where they are relative", () => {
    const of = project(["main.py", "server/main.py"]);
    expect(paths(named(["main.py"], { workingDir: "/app/server" }), of)).toEqual(["project server/main.py"]);
    expect(paths(named(["server/main.py", "./main.py"], { workingDir: "" }), of)).toEqual([
      "project server/main.py",
      "project main.py",
    ]);
  });

  it("of this machine are relative to the root", () => {
    expect(paths(named(["/home/me/shop/a.js"]), project(["a.js"]))).toEqual(["project a.js"]);
  });

  it("with the separators of Windows are names with slashes", () => {
    expect(paths(named(["C:\\build\\src\\a.cs", "src\\a.cs"]), project(["src/a.cs"]))).toEqual([
      "project src/a.cs",
      "unknown /app/src/a.cs",
    ]);
    expect(paths(named(["src\\a.cs"]), project(["src/a.cs"]))).toEqual(["project src/a.cs"]);
  });

  it("with a backslash that the project has too stay", () => {
    expect(paths(named(["odd\\name.py"], { workingDir: "" }), project(["odd\\name.py"]))).toEqual([
      "project odd\\name.py",
    ]);
  });

  it("as URLs of files are those files", () => {
    expect(paths(named(["file:///app/src/a.js"]), project(["src/a.js"]))).toEqual(["project src/a.js"]);
  });

  it("of Java are the one file below a source folder that ends so", () => {
    expect(paths(named(["com/acme/App.java"]), project(["src/main/java/com/acme/App.java"]))).toEqual([
      "project src/main/java/com/acme/App.java",
    ]);
  });

  it("that several files could mean are decided by what other names of their folder mean", () => {
    const of = project(["main.py", "server/main.py", "server/db/store.py", "web/main.py"]);
    expect(paths(named(["/app/main.py", "/app/db/store.py"]), of)).toEqual([
      "project server/main.py",
      "project server/db/store.py",
    ]);
  });

  it("that several files could mean are those of a project that was copied whole", () => {
    expect(paths(named(["/app/main.py"]), project(["main.py", "web/main.py"]))).toEqual(["project main.py"]);
  });

  it("that nothing decides keep their names", () => {
    expect(paths(named(["/app/main.py"]), project(["web/main.py", "api/main.py"]))).toEqual([
      "unknown /app/main.py",
    ]);
  });

  it("are not taken for a file by their last name alone, but in the working directory", () => {
    const of = project(["scripts/tool.py"]);
    expect(paths(named(["/opt/vendor/tool.py"]), of)).toEqual(["unknown /opt/vendor/tool.py"]);
    expect(paths(named(["/app/tool.py"]), of)).toEqual(["project scripts/tool.py"]);
  });

  it("never are one file of the project for two files of an image: the one that says more is it", () => {
    const of = project(["pkg/api/__init__.py"]);
    expect(paths(named(["/app/pkg/api/__init__.py", "/opt/api/__init__.py"]), of)).toEqual([
      "project pkg/api/__init__.py",
      "unknown /opt/api/__init__.py",
    ]);
    expect(paths(named(["/opt/api/__init__.py", "/app/pkg/api/__init__.py"]), of)).toEqual([
      "unknown /opt/api/__init__.py",
      "project pkg/api/__init__.py",
    ]);
  });

  it.each([
    "/usr/local/lib/python3.13/site-packages/yaml/main.py",
    "/app/node_modules/left-pad/index.js",
    "/usr/lib/python3/main.py",
    "/root/.cargo/registry/src/index/serde/src/lib.rs",
    "/rustc/9fc6b4312/library/core/src/fmt/mod.rs",
    "/go/pkg/mod/golang.org/x/text/main.go",
  ])("of dependencies are none of the project: %s", (name) => {
    expect(paths(named([name]), project(["main.py", "index.js", "src/lib.rs"]))).toEqual([`foreign ${name}`]);
  });

  it("resolve quickly where 20,000 files of one name could be meant", () => {
    const files = Array.from({ length: 20_000 }, (_, at) => `src/part${at}/index.ts`);
    const time = processorTime();
    const found = paths(named(files.map((file) => `/app/${file}`)), project(files));
    expect(found).toEqual(files.map((file) => `project ${file}`));
    expect(time()).toBeLessThan(8_000);
  });
});
