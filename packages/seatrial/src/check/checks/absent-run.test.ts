import { describe, expect, it } from "vitest";
import type { ProcessSpec } from "../../agent/index.ts";
import type { FakeProcess, FakeProcessIo } from "../../agent/testing/index.ts";
import { containerWorld, emptyPlan, notFound } from "../testing/containers.ts";
import { absentRun } from "./absent-run.ts";

type Commands = Record<string, (spec: ProcessSpec, io: FakeProcessIo) => FakeProcess>;

/** Tries to run these things in an image that has these commands. */
async function tryAll(absent: string[], commands: Commands = {}, user = "app") {
  const world = await containerWorld({
    image: { user, workingDir: "/srv" },
    script: () => ({
      processes: (spec, io) => commands[spec.argv[0] ?? ""]?.(spec, io) ?? notFound(spec),
    }),
  });
  await world.run(absentRun, emptyPlan({ absent }));
  expect(world.launcher.running()).toEqual([]);
  return world;
}

describe("what must be absent", () => {
  it("passes with a case that says so when the executable is not found, in one container without a network", async () => {
    const { cases, launcher } = await tryAll(["pytest", "gcc", "/opt/tool"]);
    expect(cases).toEqual([
      { name: "pytest: executable not found", status: "passed", duration: expect.any(Number) },
      { name: "gcc: executable not found", status: "passed", duration: expect.any(Number) },
      { name: "/opt/tool: executable not found", status: "passed", duration: expect.any(Number) },
    ]);
    expect(launcher.specs).toHaveLength(1);
    expect(launcher.specs[0]?.network).toBeUndefined();
  });

  it("is run as the image's own user, in its working directory, with a harmless argument", async () => {
    const specs: ProcessSpec[] = [];
    const seen = (spec: ProcessSpec): FakeProcess => {
      specs.push(spec);
      return [{ exit: 0 }];
    };
    await tryAll(["gcc", "go"], { gcc: seen, go: seen });
    expect(specs).toEqual([
      { argv: ["gcc", "--version"], user: "app", workingDir: "/srv" },
      { argv: ["go", "version"], user: "app", workingDir: "/srv" },
    ]);
  });

  it("fails when it starts, with how it ended and the first lines of what it printed", async () => {
    const { cases } = await tryAll(["gcc"], {
      gcc: () => [{ stdout: "gcc 14.2\n" }, { stderr: "a warning\n" }, { exit: 3 }],
    });
    expect(cases).toMatchObject([{ status: "failed", output: "gcc 14.2\na warning" }]);
    expect(cases[0]?.message).toMatch(/started, and ended with exit code 3\.\nInstall gcc in a stage/);
  });

  it("fails when it is there and cannot be executed: it is there", async () => {
    const { cases } = await tryAll(["gcc"], {
      gcc: () => ({ refuse: 'cannot start "gcc": /usr/bin/gcc: permission denied: it is not executable' }),
    });
    expect(cases).toMatchObject([{ name: "gcc: executable not found", status: "failed" }]);
    expect(cases[0]?.message).toContain("/usr/bin/gcc: permission denied");
  });

  it("fails when its interpreter is missing, or the image's user is unknown: nothing was proved", async () => {
    for (const refuse of [
      'cannot start "gcc": /usr/bin/gcc needs /lib/ld.so, which does not exist in this image',
      'there is no user "app" in /etc/passwd',
    ]) {
      const { cases } = await tryAll(["gcc"], { gcc: () => ({ refuse }) });
      expect(cases).toMatchObject([{ status: "failed", message: expect.stringContaining(refuse) }]);
    }
  });

  it("is stopped when the run is, and leaves no container", async () => {
    const stop = new AbortController();
    const world = await containerWorld({
      script: () => ({
        processes: (spec) => {
          if (spec.argv[0] !== "gcc") return notFound(spec);
          stop.abort(new Error("stopped"));
          return [{ exit: 0 }];
        },
      }),
    });
    await expect(world.run(absentRun, emptyPlan({ absent: ["gcc"] }), stop.signal)).rejects.toThrow(
      "stopped",
    );
    expect(world.launcher.running()).toEqual([]);
  });
});

describe("a Python package that must be absent", () => {
  const python = (module: (name: string) => FakeProcess): Commands => ({
    python3: ({ argv }) => (argv[1] === "-c" ? [{ exit: 0 }] : module(argv[2] ?? "")),
  });

  it("passes when Python finds no such module", async () => {
    const { cases } = await tryAll(
      ["pytest", "pytest-cov", "@types/node"],
      python((name) => [{ stderr: `/usr/bin/python3: No module named ${name}\n` }, { exit: 1 }]),
    );
    expect(cases.map(({ name, status }) => [name, status])).toEqual([
      ["pytest: executable not found", "passed"],
      ["python3 -m pytest: no such module", "passed"],
      ["pytest-cov: executable not found", "passed"],
      ["python3 -m pytest_cov: no such module", "passed"],
    ]);
  });

  it.each([
    ["it runs", [{ stdout: "pytest 8.3\n" }, { exit: 0 }]],
    [
      "it lacks a module of its own",
      [{ stderr: "ModuleNotFoundError: No module named 'pluggy'\n" }, { exit: 1 }],
    ],
    [
      "it is a package that cannot be run",
      [
        {
          stderr:
            "/usr/bin/python3: No module named pytest.__main__; 'pytest' is a package and cannot be directly executed\n",
        },
        { exit: 1 },
      ],
    ],
  ])("fails when %s", async (_, steps) => {
    const { cases } = await tryAll(
      ["pytest"],
      python(() => steps),
    );
    expect(cases[1]).toMatchObject({ name: "python3 -m pytest: no such module", status: "failed" });
    expect(cases[1]?.message).toContain("The Python module pytest is there");
  });
});

describe("a Node package that must be absent", () => {
  const node = (exit: number, stdout = ""): Commands => ({
    node: ({ argv }) => (argv.length < 4 ? [{ exit: 0 }] : [{ stdout }, { exit }]),
  });

  it("passes when require does not find it", async () => {
    const { cases } = await tryAll(["@jest/core"], node(44));
    expect(cases).toMatchObject([{ name: 'node require("@jest/core"): no such package', status: "passed" }]);
  });

  it("fails with the place where it is", async () => {
    const { cases } = await tryAll(["jest"], node(0, "/srv/node_modules/jest/index.js\n"));
    expect(cases[1]).toMatchObject({ status: "failed" });
    expect(cases[1]?.message).toContain("/srv/node_modules/jest/index.js");
  });
});
