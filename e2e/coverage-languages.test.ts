import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CoverageReport,
  type Figure,
  type Figures,
  figuresOf,
  linesOf,
} from "./support/coverage/figures.ts";
import {
  GO_REPORT,
  JAVA_REPORT,
  LLVM_REPORT,
  type NativeReport,
  NODE_REPORT,
  PYTHON_REPORT,
} from "./support/coverage/native-figures.ts";
import { nativeTool } from "./support/coverage/native-tool.ts";
import { type Unit, unitsIn } from "./support/coverage/units.ts";
import { docker, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("coverage");

interface Language {
  name: string;
  /** The first part of its profiles' paths. */
  profiles: string;
  /** The stage that has its own tool. */
  tools: string;
  /** Which container ran the service: its unit. */
  service: string;
  /** How the service ended: after SIGTERM by itself, or by the signal once its profile was written. */
  exit: { code: number | null; signal: string | null };
  /** What containers say of their coverage. */
  problems: string[];
  native: NativeReport;
  /**
   * Where a report of several sources has the tool's branches. JaCoCo does not say which ran, but how many of a line, V8 only those where
   * counts differ: what is of one source alone is exact, and of V8 what is of all, by one report of all profiles.
   */
  branches: "of each and of all" | "of all" | "of none";
  /** Lines of each file by who reached them: the unit tests, the service (and what asks it), nobody. */
  lines: Record<string, { unit: string; service: string; nobody: string }>;
}

const LANGUAGES: Language[] = [
  {
    name: "go",
    profiles: "go",
    tools: "build",
    service: "api.app",
    exit: { code: 0, signal: null },
    problems: [],
    native: GO_REPORT,
    branches: "of each and of all",
    lines: {
      "main.go": { unit: "", service: "17-27 30 33-38 42-43 47 49", nobody: "28-29 39-41 44-46" },
      "price/price.go": { unit: "9-14 17", service: "9-10 13-17", nobody: "21-25" },
    },
  },
  {
    name: "python",
    profiles: "python",
    tools: "test",
    service: "parcels",
    exit: { code: null, signal: "TERM" },
    problems: [],
    native: PYTHON_REPORT,
    branches: "of each and of all",
    lines: {
      "parcels/price.py": { unit: "4-8 10 13", service: "4-5 7-10 13", nobody: "14-16" },
      "parcels/server.py": { unit: "", service: "3 5 8-14 18-23 26-27", nobody: "15-16" },
    },
  },
  {
    name: "node",
    profiles: "node",
    tools: "build",
    service: "api.app",
    exit: { code: null, signal: "TERM" },
    problems: [],
    native: NODE_REPORT,
    branches: "of all",
    lines: {
      "src/price.ts": { unit: "1-15 18-21", service: "1-11 14-21", nobody: "22-26" },
      "src/server.ts": { unit: "", service: "1-13 16-21", nobody: "14-15" },
    },
  },
  {
    name: "rust",
    profiles: "llvm",
    tools: "build",
    service: "api.app",
    exit: { code: 0, signal: null },
    problems: [],
    native: LLVM_REPORT,
    branches: "of each and of all",
    lines: {
      "src/main.rs": { unit: "", service: "9-11 13-14 16 18-19 21-28 30-36 39", nobody: "15 37" },
      "src/price.rs": { unit: "4-9 11-13", service: "4-5 7-13", nobody: "16-21" },
      "src/stop.rs": { unit: "", service: "17-19 21-24", nobody: "" },
    },
  },
  {
    name: "java",
    profiles: "java",
    tools: "tools",
    service: "api.app",
    exit: { code: 143, signal: null },
    problems: [],
    native: JAVA_REPORT,
    branches: "of none",
    lines: {
      "src/parcels/Price.java": { unit: "9-10 12-13 16", service: "9 12-14 16", nobody: "21-22 24" },
      "src/parcels/Server.java": { unit: "", service: "12-16 19 21-22 25-26 29-33", nobody: "10 23-24" },
    },
  },
];

describe.each(LANGUAGES)(
  "coverage of $name",
  ({ name, profiles, tools, service, exit, problems, native, branches, lines }) => {
    let copy: TestProject;
    let report: CoverageReport;
    let units: Unit[];
    const image = named(name);

    beforeAll(async () => {
      copy = await project({}, { from: `${ROOT}/fixtures/coverage-${name}` });
      const text = await readFile(`${copy.folder}/seatrial.yaml`, "utf8");
      await copy.write("seatrial.yaml", text.replace(/^name: .*/m, `name: ${image}`));
      const ended = await seatrial(["test", "--no-color"], { cwd: copy.folder });
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
      expect(complaintsOf(ended)).toEqual([]);
      const folder = `${copy.folder}/.seatrial/latest/coverage`;
      report = JSON.parse(await readFile(`${folder}/coverage.json`, "utf8"));
      units = await unitsIn(`${folder}/units`);
      await docker("build", "--quiet", "--target", tools, "--tag", `seatrial/${image}:native`, copy.folder);
    }, 300_000);

    afterAll(async () => await copy[Symbol.asyncDispose]());

    const raw = (some: readonly Unit[]) =>
      some.filter(({ files }) => files.some((file) => file.startsWith(`${profiles}/`)));
    const reported = async (some: readonly Unit[]): Promise<CoverageReport> => {
      const folders = some.map(({ folder }) => folder);
      const args = ["coverage", "report", ...folders, "--format", "json"];
      const { stdout, stderr } = await seatrial(args, { cwd: copy.folder });
      expect(stdout, stderr).not.toBe("");
      return JSON.parse(stdout);
    };
    const comparable = (figures: Figures, where: Language["branches"][]) =>
      where.includes(branches) ? figures : withoutBranches(figures);

    it("comes from the tests and from the service, which ended after SIGTERM", () => {
      const all = raw(units).map((unit) => unit.service);
      expect(all).toEqual(expect.arrayContaining(["unit", service]));
      expect(units.find((unit) => unit.service === service)).toMatchObject({ exit, problems: [] });
      const complaints = units.flatMap((unit) => unit.problems.map(({ code }) => `${unit.service} ${code}`));
      expect(complaints, JSON.stringify(units.map((unit) => unit.problems))).toEqual(problems);
    });

    it("says of each line who reached it", () => {
      const of = units.find((unit) => unit.service === service)?.source ?? "";
      const found = Object.fromEntries(
        Object.entries(linesOf(report)).map(([file, { unit, [of]: service, nobody }]) => [
          file,
          { unit: ranges(unit), service: ranges(service), nobody: ranges(nobody) },
        ]),
      );
      expect(found).toEqual(lines);
    });

    it("has the figures of the language's own tool, of each source alone, beside the others, and of all", async () => {
      const names = report.sources.map(({ name }) => name);
      const unitsOf = (name: string) => raw(units).filter(({ source }) => source === name);
      const sets = Object.fromEntries(names.map((name) => [name, unitsOf(name)]));
      const { all = "", ...each } = await nativeTool({
        image: `seatrial/${image}:native`,
        sets: { ...sets, all: raw(units) },
        script: native.script,
      });
      expect(Object.keys(each).sort()).toEqual([...names].sort());
      for (const [name, output] of Object.entries(each)) {
        const theirs = native.figures(output);
        const alone = figuresOf(await reported(unitsOf(name)));
        expect(alone, `${name} alone`).toEqual(withOurs(theirs, alone));
        const each: Language["branches"][] = ["of each and of all"];
        const found = comparable(figuresOf(report, name), each);
        expect(found, name).toEqual(withOurs(comparable(theirs, each), found));
      }
      const where: Language["branches"][] = ["of each and of all", "of all"];
      const found = comparable(figuresOf(report), where);
      expect(found).toEqual(withOurs(comparable(native.figures(all), where), found));
    });

    it("leaves nothing in the engine", async () => {
      expect(await leftovers({ project: image })).toEqual([]);
    });
  },
);

function withoutBranches(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([file, { branches: _, ...rest }]) => [file, rest]));
}

/** 1, 2, 3, 5 are `1-3 5`. */
function ranges(lines: readonly number[] = []): string {
  const starts = lines.filter((line) => !lines.includes(line - 1));
  const ends = lines.filter((line) => !lines.includes(line + 1));
  return starts.map((start, at) => (start === ends[at] ? `${start}` : `${start}-${ends[at]}`)).join(" ");
}

/**
 * The native figures, with what our report has besides: a tool that knows no statements has no figure for them, and one that is shown a
 * single source's profiles may not know of files that only others reach.
 */
function withOurs(native: Figures, found: Figures): Figures {
  const none = ([, total]: Figure): Figure => [0, total];
  const unreached = Object.entries(found).map(([file, figures]) => [
    file,
    Object.fromEntries(Object.entries(figures).map(([what, figure]) => [what, none(figure)])),
  ]);
  const told = Object.entries(native).map(([file, figures]) => [file, { ...found[file], ...figures }]);
  return Object.fromEntries([...unreached, ...told]);
}
