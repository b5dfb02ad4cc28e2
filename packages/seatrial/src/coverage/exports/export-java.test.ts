import { describe, expect, it } from "vitest";
import { isExport } from "./export.ts";
import { exportJava, type JavaExportOptions } from "./export-java.ts";
import { type FakeProgram, fakeToolbox } from "./testing/fake-toolbox.ts";

const java =
  (answer: FakeProgram = () => undefined): FakeProgram =>
  (argv) =>
    argv[0] === "java" ? (answer(argv) ?? {}) : undefined;
const on = (program: FakeProgram, more: Partial<JavaExportOptions> = {}) => {
  const toolbox = fakeToolbox(program, { "/work/report.xml": "<report/>" });
  const options = {
    toolbox,
    profiles: ["/unit/java/a.exec", "/unit/java/b.exec"],
    folder: "/work",
    cli: "/opt/jacococli.jar",
    classes: ["/app/classes", "/app/lib.jar"],
    signal: new AbortController().signal,
    ...more,
  };
  return { toolbox, result: exportJava(options) };
};

describe("exportJava", () => {
  it("reports all files against all classes, without the agent that measures", async () => {
    const { toolbox, result } = on(java(), { env: { JAVA_TOOL_OPTIONS: "-javaagent:/opt/jacocoagent.jar" } });
    expect(await result).toEqual({
      path: "exports/java.xml",
      content: Buffer.from("<report/>"),
      problems: [],
    });
    expect(toolbox.runs.at(-1)?.argv.join(" ")).toBe(
      "java -jar /opt/jacococli.jar report /work/0.exec /work/1.exec --classfiles /app/classes --classfiles /app/lib.jar --xml /work/report.xml",
    );
    expect(toolbox.runs.every(({ env }) => env.JAVA_TOOL_OPTIONS === "")).toBe(true);
  });

  it("asks the program's own Java first", async () => {
    const { toolbox, result } = on(() => undefined, { argv: ["/jdk/bin/java", "-jar", "shop.jar"] });
    expect(await result).toMatchObject({ code: "COVERAGE_TOOL_MISSING" });
    expect(toolbox.runs[0]?.argv[0]).toBe("/jdk/bin/java");
  });

  it("leaves out files that are broken, and names them", async () => {
    const broken: FakeProgram = (argv) =>
      argv.includes("/work/1.exec") ? { code: 1, stderr: "java.io.EOFException\n\tat …" } : undefined;
    const { toolbox, result } = on(java(broken));
    const found = await result;
    expect(isExport(found) && found.problems).toMatchObject([
      {
        code: "COVERAGE_PROFILE_INVALID",
        message: "JaCoCo left out /unit/java/b.exec: java.io.EOFException",
      },
    ]);
    expect(toolbox.runs.at(-1)?.argv).not.toContain("/work/1.exec");
  });

  it("says that the classes are not those that ran", async () => {
    const stdout = "[WARN] Some classes do not match with execution data.";
    const found = await on(java((argv) => (argv[3] === "report" ? { stdout } : undefined))).result;
    expect(isExport(found) && found.problems.map(({ code }) => code)).toEqual(["COVERAGE_PROFILE_INVALID"]);
  });

  it("says that the command line is missing", async () => {
    const stderr = "Error: Unable to access jarfile /opt/jacococli.jar";
    const found = await on(java((argv) => (argv[1] === "-jar" ? { code: 1, stderr } : undefined))).result;
    expect(found).toMatchObject({
      code: "COVERAGE_TOOL_MISSING",
      hint: expect.stringContaining("coverage.java.cli") as string,
    });
  });

  it("gives the last lines of a report that failed for another reason", async () => {
    const fails: FakeProgram = (argv) =>
      argv[3] === "report" ? { code: 3, stderr: "no space left\n" } : undefined;
    expect(await on(java(fails)).result).toMatchObject({
      code: "COVERAGE_TOOL_FAILED",
      lastLines: ["no space left"],
    });
  });
});
