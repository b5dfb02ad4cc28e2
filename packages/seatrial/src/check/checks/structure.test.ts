import { describe, expect, it } from "vitest";
import type { ProcessSpec } from "../../agent/index.ts";
import type { FakeFiles, FakeProcessScript } from "../../agent/testing/index.ts";
import type { StructureFile } from "../../config/index.ts";
import { containerWorld, emptyPlan, notFound } from "../testing/containers.ts";
import { commandTest, fileOf } from "../testing/structure.ts";
import { structure } from "./structure.ts";

async function runAll(
  file: Partial<StructureFile>,
  options: { processes?: FakeProcessScript; files?: FakeFiles } = {},
) {
  const world = await containerWorld({
    image: { user: "app", workingDir: "/srv", env: { FOO: "bar" }, entrypoint: ["/entry"] },
    script: () => ({
      processes: options.processes ?? notFound,
      files: options.files ?? new Map(),
    }),
  });
  await world.run(structure, emptyPlan({ structure: [fileOf(file)] }));
  expect(world.launcher.running()).toEqual([]);
  return world;
}

describe("a command test", () => {
  it("runs its setup and then its command in one fresh container, without the image's entrypoint", async () => {
    const specs: ProcessSpec[] = [];
    const commands = [
      commandTest({
        name: "one",
        setup: [["mkdir", "$FOO"]],
        argv: ["ls", "$FOO", "$$"],
        env: [{ key: "X", value: "$FOO" }],
      }),
      commandTest({ name: "two" }),
    ];
    const world = await runAll(
      { commands },
      {
        processes: (spec) => {
          specs.push(spec);
          return [{ exit: spec.argv[0] === "mkdir" ? 1 : 0 }];
        },
      },
    );
    const common = { user: "app", workingDir: "/srv" };
    expect(specs).toContainEqual({ ...common, argv: ["mkdir", "$FOO"], env: { X: "bar" } });
    expect(specs).toContainEqual({ ...common, argv: ["ls", "bar", ""], env: { X: "$FOO" } });
    expect(world.launcher.specs.map(({ name, network }) => [name, network?.id])).toEqual([
      ["seatrial-r1-check-structure-1-1", "the-network"],
      ["seatrial-r1-check-structure-1-2", "the-network"],
    ]);
    expect(world.cases).toMatchObject([
      { name: "structure.yaml: Command Test: one", status: "passed" },
      { name: "structure.yaml: Command Test: two", status: "passed" },
    ]);
  });

  it("fails with everything that is not as expected, and with what was printed", async () => {
    const test = commandTest({
      exitCode: 1,
      expectedOutput: ["^ready$"],
      excludedOutput: ["star"],
      expectedError: ["oops"],
      excludedError: ["fatal"],
    });
    const { cases } = await runAll(
      { commands: [test] },
      {
        processes: () => [
          { stdout: "starting\n" },
          { stderr: "fatal\n" },
          { exit: { code: null, signal: "KILL" } },
        ],
      },
    );
    expect(cases).toMatchObject([{ status: "failed", output: "starting\nfatal" }]);
    expect(cases[0]?.message?.split("\n")).toEqual([
      "What it wrote to stderr does not match /oops/.",
      "What it wrote to stderr matches /fatal/.",
      "Its output does not match /^ready$/.",
      "Its output matches /star/.",
      "It ended with exit code 137, expected 1.",
    ]);
  });

  it("fails when its command or its setup cannot be started, whatever exit code it expects", async () => {
    const { cases } = await runAll({
      commands: [commandTest({ exitCode: 127 }), commandTest({ setup: [["prepare"]] })],
    });
    expect(cases.map(({ name, status }) => [name, status])).toEqual([
      ["structure.yaml: Command Test: it", "failed"],
      ["structure.yaml: Command Test: it (2)", "failed"],
    ]);
    expect(cases[0]?.message).toContain('cannot start "tool": executable not found');
    expect(cases[1]?.message).toMatch(/^Its setup failed: prepare/);
  });

  it("has the user, rights and files of containerRunOptions", async () => {
    const seen: ProcessSpec[] = [];
    const options = {
      user: "root",
      privileged: true,
      terminal: true,
      env: { TOKEN: "t" },
      capabilities: ["NET_ADMIN"],
      mounts: [{ source: import.meta.filename, target: "/mnt/it" }],
    };
    const files: FakeFiles = new Map();
    const { launcher } = await runAll(
      { commands: [commandTest()], options },
      {
        files,
        processes: (spec) => {
          seen.push(spec);
          return [{ exit: 0 }];
        },
      },
    );
    expect(seen).toMatchObject([{ user: "root", env: { TOKEN: "t" }, terminal: { columns: 80 } }]);
    expect(launcher.specs[0]?.security).toMatchObject({ privileged: true, capAdd: ["NET_ADMIN"] });
    expect([...files.keys()]).toEqual(["/mnt/it"]);
  });
});

describe("tests of files", () => {
  const files = (): FakeFiles =>
    new Map([
      ["/app/bar", { content: "Hello\nworld\n", mode: 0o640, uid: 10, gid: 20 }],
      ["/usr/share/doc/a/copyright", { content: "MIT" }],
      ["/usr/share/doc/b/copyright", { content: "agpl 3" }],
      ["/usr/share/doc/libgnutls30/copyright", { content: "AGPL" }],
    ]);

  it("look for what is there and how, all in one container", async () => {
    const { cases, launcher } = await runAll(
      {
        existence: [
          { name: "all", path: "app/$FOO", shouldExist: true, permissions: "-rw-r-----", uid: 10, gid: 20 },
          { name: "none", path: "/nope", shouldExist: false },
          { name: "missing", path: "/nope", shouldExist: true },
          { name: "there", path: "/app", shouldExist: false },
          {
            name: "wrong",
            path: "/app/bar",
            shouldExist: true,
            permissions: "-rwxr-xr-x",
            uid: 0,
            gid: 0,
            isExecutableBy: "any",
          },
        ],
      },
      { files: files() },
    );
    expect(cases.map(({ status }) => status)).toEqual(["passed", "passed", "failed", "failed", "failed"]);
    expect(cases[4]?.message?.split("\n")).toHaveLength(4);
    expect(launcher.specs).toHaveLength(1);
  });

  it("read contents", async () => {
    const { cases } = await runAll(
      {
        contents: [
          {
            name: "in it",
            path: "/app/bar",
            expectedContents: ["Hello\nworld", "(?m)^world$"],
            excludedContents: ["x"],
          },
          { name: "not", path: "/app/bar", expectedContents: ["^world"], excludedContents: ["Hello"] },
          { name: "folder", path: "/app", expectedContents: [], excludedContents: [] },
          { name: "missing", path: "/nope", expectedContents: [], excludedContents: ["x"] },
        ],
      },
      { files: files() },
    );
    expect(cases.map(({ status, message }) => [status, message])).toEqual([
      ["passed", undefined],
      ["failed", "/app/bar does not match /^world/.\n/app/bar matches /Hello/."],
      ["failed", "/app is a folder, not a file."],
      ["failed", "/nope does not exist."],
    ]);
  });

  it("refuse licenses, but for the package that only names one", async () => {
    const { cases } = await runAll({ licenses: [{ debian: true, files: ["/app/bar"] }] }, { files: files() });
    expect(cases).toMatchObject([
      {
        name: "structure.yaml: License Test",
        status: "failed",
        message: "/usr/share/doc/b/copyright names the license AGPL.",
      },
    ]);
  });
});
