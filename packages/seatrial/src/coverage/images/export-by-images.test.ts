import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ToolError } from "../../support/error.ts";
import { createFolder } from "../../support/testing/folder.ts";
import type { ToolContainer } from "../collect/tool-agents.ts";
import { READERS } from "../formats/readers.ts";
import { fakePython, toolContainer } from "../testing/tool-containers.ts";
import { writeUnit } from "../testing/units.ts";
import { readUnits } from "../units/read-units.ts";
import type { ImageExports, ToolImage } from "./tool-image.ts";

const { signal } = new AbortController();
const PYTHON = { "python/.coverage.1": "SQLite" };
const APP = { "/app/shop.py": "" };

interface Asked {
  /** Containers by the name of their image. */
  containers?: Record<string, Promise<ToolContainer>>;
  images?: ToolImage[];
  more?: Partial<ImageExports>;
  force?: boolean;
  stop?: AbortSignal;
}

/** Reads all units of a folder with images, and says which of them were asked for, in order. */
async function read(
  folder: string,
  { containers = {}, images, more, force = false, stop = signal }: Asked = {},
) {
  const asked: string[] = [];
  const exports: ImageExports = {
    images: images ?? Object.keys(containers).map((image) => ({ image })),
    async tools(name) {
      if (!asked.includes(name)) asked.push(name);
      const container = await containers[name];
      if (container === undefined) throw new Error(`no container of ${name} in this test`);
      return container;
    },
    ...more,
  };
  const reading = await readUnits({
    folders: [{ folder }],
    readers: READERS,
    images: exports.images.length === 0 ? undefined : exports,
    force,
    signal: stop,
  });
  const told = [...reading.sources.flatMap((each) => each.problems), ...reading.problems];
  return {
    asked,
    problems: told.map(({ code, message }) => `${code} ${message}`),
    codes: told.map(({ code }) => code),
    hints: told.map(({ hint }) => hint ?? ""),
    lines: reading.sources.flatMap(({ name, profiles }) =>
      profiles.flatMap(({ profile }) =>
        profile.files.map((file) => `${name} ${file.path} ${file.lines.map(({ line }) => line).join(",")}`),
      ),
    ),
  };
}

const python = (...executed: number[]) =>
  toolContainer({ files: APP, tool: fakePython("/app/shop.py", ...executed) });

describe("exports by images", () => {
  it("are made once and kept beside the unit, whose own files stay as they are", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", PYTHON);
    const manifest = await readFile(path.join(unit, "manifest.json"), "utf8");
    const first = await read(folder.path, { containers: { "shop:1": python(1, 2) } });
    expect(first).toMatchObject({ asked: ["shop:1"], problems: [], lines: ["api /app/shop.py 1,2,9"] });
    expect(await read(folder.path)).toMatchObject({ problems: [], lines: first.lines });
    expect(await readFile(path.join(unit, "manifest.json"), "utf8")).toBe(manifest);
    expect(await readFile(path.join(unit, "python/.coverage.1"), "utf8")).toBe("SQLite");
  });

  it("are made anew when an image is named again, and take the place of those before", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", PYTHON);
    await read(folder.path, { containers: { "shop:1": python(1) } });
    const again = await read(folder.path, { containers: { "shop:2": python(1, 2, 3) } });
    expect(again.lines).toEqual(["api /app/shop.py 1,2,3,9"]);
    expect(await readdir(path.join(unit, "exported"))).toHaveLength(1);
    // One that fails leaves none: nobody is to take the old figures for the new ones.
    const failing = await read(folder.path, { containers: { "other:1": toolContainer({ files: APP }) } });
    expect(failing).toMatchObject({ codes: ["COVERAGE_TOOL_MISSING"], lines: [] });
  });

  it("do not count for other profiles than those that they were made of", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", PYTHON);
    await read(folder.path, { containers: { "shop:1": python(1) } });
    await writeUnit(folder.path, "api", { ...PYTHON, "python/.coverage.2": "SQLite, later" });
    expect(await read(folder.path)).toMatchObject({ codes: ["COVERAGE_EXPORT_MISSING"], lines: [] });
  });

  it("are not made of units that bring their own, or need none; an image without use is told", async () => {
    await using folder = await createFolder({});
    const own = JSON.stringify({ files: { "/app/shop.py": { executed_lines: [7], missing_lines: [] } } });
    await writeUnit(folder.path, "api", { ...PYTHON, "exports/python.json": own });
    await writeUnit(folder.path, "web", { "node/coverage-1-1-0.json": '{"result":[]}' });
    const images = [{ source: "apu", image: "shop:1" }, { image: "shop:2" }];
    const { asked, codes, lines } = await read(folder.path, { images });
    expect(asked).toEqual([]);
    expect(codes).toEqual(["COVERAGE_IMAGE_UNUSED", "COVERAGE_IMAGE_UNUSED"]);
    expect(lines).toEqual(["api /app/shop.py 7"]);
  });

  it("are of the image that is named for the service, before that of the source, before that of all", async () => {
    await using folder = await createFolder({});
    for (const service of ["orders", "billing", "mail"])
      await writeUnit(folder.path, service, PYTHON, { source: service === "mail" ? "mail" : "staging" });
    const containers = { "all:1": python(1), "staging:1": python(2), "billing:1": python(3) };
    const images = [
      { image: "all:1" },
      { source: "staging", image: "staging:1" },
      { source: "billing", image: "billing:1" },
    ];
    const { lines, problems } = await read(folder.path, { containers, images });
    expect(problems).toEqual([]);
    expect(lines.sort()).toEqual([
      "mail /app/shop.py 1,9",
      "staging /app/shop.py 2,9",
      "staging /app/shop.py 3,9",
    ]);
  });

  it("fail once for all units of a source, with the image's name, where it lacks the tool or what ran", async () => {
    await using folder = await createFolder({});
    for (const service of ["api", "api.app"]) await writeUnit(folder.path, service, PYTHON);
    const bare = await read(folder.path, { containers: { "bare:1": toolContainer({ files: APP }) } });
    expect(bare.problems).toEqual([
      "COVERAGE_TOOL_MISSING There is no python in the image (in a container of bare:1)",
    ]);
    const empty = await read(folder.path, { containers: { "empty:1": toolContainer({}) } });
    expect(empty.problems).toEqual([
      "COVERAGE_SOURCES_MISSING There is no /app in the image, which the profiles are about (in a container of empty:1)",
    ]);
  });

  it("of Java need the project's word for where things are, and name classes that the image lacks", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", { "java/jacoco.exec": "exec" });
    const tool = (argv: readonly string[]) =>
      argv[1] === "-version" ? {} : { code: 1, stderr: "java.io.FileNotFoundException" };
    const containers = { "shop:1": toolContainer({ tool }) };
    const noJava = await read(folder.path, {
      containers: { "bare:1": toolContainer({}) },
      more: { java: { agent: "/a.jar", cli: "/cli.jar", classes: [], sources: [] } },
    });
    expect(noJava).toMatchObject({ codes: ["COVERAGE_TOOL_MISSING"] });
    expect(noJava.hints[0]).toMatch(/the classes, with --image\.$/);
    expect((await read(folder.path, { containers })).problems).toMatchObject([
      expect.stringContaining("COVERAGE_TOOL_MISSING Nobody says where JaCoCo's command line"),
    ]);
    const java = { agent: "/a.jar", cli: "/cli.jar", classes: ["/app/classes"], sources: [] };
    expect((await read(folder.path, { containers, more: { java } })).problems).toMatchObject([
      expect.stringContaining("COVERAGE_SOURCES_MISSING There is no /app/classes in the image"),
    ]);
  });

  it("of LLVM take what the image has of the project's binaries, and say where nothing of them ran", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", { "llvm/1.profraw": "raw" }, { argv: ["/out/other"] });
    const shown: string[] = [];
    const tool = (argv: readonly string[]) => {
      if (!argv[0]?.startsWith("llvm-")) return undefined;
      if (argv[1] === "export") shown.push(argv.slice(4).join(" "));
      const totals = { functions: { count: 3, covered: 0, percent: 0 } };
      return { stdout: JSON.stringify({ type: "llvm.coverage.json.export", data: [{ files: [], totals }] }) };
    };
    const container = (files: Record<string, string>) => ({ "shop:1": toolContainer({ files, tool }) });
    const more = { llvm: { binaries: ["/out/api", "/out/web"] } };
    const found = await read(folder.path, { containers: container({ "/out/api": "ELF" }), more });
    expect(shown).toEqual(["/out/api"]);
    expect(found.codes).toEqual(["COVERAGE_PROFILE_INVALID"]);
    // Kept with what was said of them.
    expect((await read(folder.path)).problems).toEqual(found.problems);
    const without = await read(folder.path, { containers: container({ "/bin/sh": "ELF" }), more });
    expect(without.problems).toMatchObject([expect.stringContaining("There is no /out/other in the image")]);
  });

  it("fail for one unit where the container cannot go on, and for no other", async () => {
    await using folder = await createFolder({});
    await writeUnit(folder.path, "api", PYTHON);
    const failing = await writeUnit(folder.path, "web", PYTHON);
    const whole = await python(1);
    const images = [{ image: "shop:1" }, { source: "web", image: "full:1" }];
    const lost = (code: string, message: string) => {
      const error = new ToolError({ code, message, hint: "Give it more memory.", exitCode: 3 });
      const files = { ...whole.agent.files, put: () => Promise.reject(error) };
      return Promise.resolve({ ...whole, agent: { ...whole.agent, files } });
    };
    const containers = {
      "shop:1": Promise.resolve(whole),
      "full:1": lost("FILE_FAILED", "no space left on device"),
    };
    const full = await read(folder.path, { containers, images });
    expect(full.lines).toEqual(["api /app/shop.py 1,9"]);
    expect(full.problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `^COVERAGE_TOOL_FAILED The tool for python could not read the profiles of ${failing}: .*no space left on device.* \\(in a container of full:1\\)$`,
        ),
      ),
    ]);
    const stopped = new AbortController();
    const aborting = {
      "full:1": lost("AGENT_LOST", "the container ended").then((container) => {
        stopped.abort(new Error("stopped by the user"));
        return container;
      }),
    };
    await expect(
      read(folder.path, { containers: aborting, images: images.slice(1), stop: stopped.signal }),
    ).rejects.toThrow("stopped by the user");
  });

  it("are made of no mixed commits; of an image that names another it is said, since that may be its base's", async () => {
    await using folder = await createFolder({});
    const labels = { "org.opencontainers.image.revision": "2".repeat(40) };
    const containers = {
      "shop:2": toolContainer({ files: APP, tool: fakePython("/app/shop.py", 1), labels }),
    };
    await writeUnit(folder.path, "api", PYTHON, { commit: "1".repeat(40) });
    const told = await read(folder.path, { containers });
    expect(told).toMatchObject({ codes: ["COVERAGE_COMMITS_DIFFER"], lines: ["api /app/shop.py 1,9"] });
    expect(told.problems[0]).toContain(`is of commit ${"2".repeat(12)}, and the profiles of api are of`);
    expect(told.hints[0]).toContain("base image");
    await writeUnit(folder.path, "web", PYTHON, { commit: "3".repeat(40) });
    const unasked = { "never:1": Promise.reject(new Error("it is asked too early")) };
    unasked["never:1"].catch(() => undefined);
    await expect(read(folder.path, { containers: unasked })).toThrowWithCode("COVERAGE_COMMITS_DIFFER");
  });

  it("count where they cannot be kept, and it is said; what is kept and broken is told", async () => {
    await using folder = await createFolder({});
    const unit = await writeUnit(folder.path, "api", PYTHON);
    await writeFile(path.join(unit, "exported"), "in the way");
    const { codes, lines } = await read(folder.path, { containers: { "shop:1": python(1) } });
    expect({ codes, lines }).toEqual({ codes: ["COVERAGE_NOT_WRITTEN"], lines: ["api /app/shop.py 1,9"] });
    const other = await writeUnit(folder.path, "web", PYTHON);
    const images = [{ source: "web", image: "shop:1" }];
    await read(folder.path, { containers: { "shop:1": python(1) }, images });
    const [name = ""] = await readdir(path.join(other, "exported"));
    await writeFile(path.join(other, "exported", name), "{");
    expect((await read(folder.path)).codes).toEqual(["COVERAGE_EXPORT_MISSING", "COVERAGE_INPUT_INVALID"]);
  });
});
