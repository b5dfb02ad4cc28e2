import { describe, expect, it } from "vitest";
import { connect } from "../../agent/connect.ts";
import { type FakeFile, type FakeFiles, fakeAgent } from "../../agent/testing/index.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { agentWith, endWith, takeFrom } from "../testing/containers.ts";

const goFile = (settings: Record<string, string>) => ({
  content: "",
  mode: 0o755,
  go: { path: "example.com/app", module: "example.com/app", goVersion: "go1.24.1", settings },
});

/** The problems of a container with these files in its folder for profiles. */
async function problemsOf(options: Omit<Parameters<typeof takeFrom>[0], "folder">) {
  await using place = await createFolder({});
  return (await takeFrom({ ...options, folder: place.path })).problems;
}

describe("why there is no profile", () => {
  it("is told of a Go program that was killed between its start and its end", async () => {
    const [problem, ...others] = await problemsOf({
      files: { "go/covmeta.aa": "meta" },
      changes: { end: endWith({ exit: { code: null, signal: "TERM" } }) },
    });
    expect(problem?.code).toBe("COVERAGE_NOT_FLUSHED");
    expect(problem?.message).toContain("signal TERM ended it");
    expect(problem?.hint).toContain("handle the stop signal");
    expect(others).toEqual([]);
  });

  it("is told of a program that no signal reaches", async () => {
    const [problem] = await problemsOf({ changes: { end: endWith({ killed: true }) } });
    expect(problem?.code).toBe("COVERAGE_NOT_FLUSHED");
    expect(problem?.hint).toContain("cap_add: [KILL]");
  });

  it("is told of a program that had to be killed", async () => {
    const end = endWith({ killed: true, exit: { code: null, signal: "KILL" } });
    const [problem] = await problemsOf({ changes: { end } });
    expect(problem?.code).toBe("COVERAGE_NOT_FLUSHED");
    expect(problem?.message).toContain("it did not end in time, and was killed");
  });

  it("is that a Go program was not built with coverage, found by its path or by name", async () => {
    const files: FakeFiles = new Map<string, FakeFile>([
      ["/seatrial-coverage/.hooks/x", { content: "" }],
      ["/opt/bin/server", goFile({})],
    ]);
    const agent = connect(fakeAgent({ files }).stream, { label: "the test's agent" });
    for (const end of [
      endWith({ argv: ["/opt/bin/server"] }),
      endWith({ argv: ["server"], env: { PATH: "/bin:/opt/bin" } }),
      endWith({ argv: ["./server"], workingDir: "/opt/bin" }),
    ]) {
      const [problem] = await problemsOf({ agent, changes: { end } });
      expect(problem?.code).toBe("COVERAGE_NOT_BUILT");
      expect(problem?.message).toContain("/opt/bin/server");
    }
  });

  it("is that Python lacks the module", async () => {
    const notes = { "notes/python.1000": "missing 7 No module named 'coverage'\n" };
    const [problem] = await problemsOf({ files: notes });
    expect(problem?.code).toBe("COVERAGE_MODULE_MISSING");
    expect(problem?.message).toContain("No module named 'coverage'");
  });

  it("is not that a script of the system lacks the module, where another program has it", async () => {
    const notes = { "notes/python.0": "missing 7 No module named 'coverage'\nstarted 8 7.6.1\n" };
    const [problem] = await problemsOf({ files: notes });
    expect(problem?.code).toBe("COVERAGE_NOTHING_LEFT");
  });

  it("is what our own hook failed for, even where others left profiles", async () => {
    const [problem] = await problemsOf({
      files: {
        "notes/python.0": "failed 7 ConfigError: Couldn't read 'setup.cfg'\n",
        "python/seatrial.h.8.X": "data",
      },
    });
    expect(problem?.code).toBe("COVERAGE_HOOK_FAILED");
    expect(problem?.message).toContain("Couldn't read 'setup.cfg'");
  });

  it("is that nobody knows, with what programs should find", async () => {
    const [problem] = await problemsOf({ changes: { end: endWith({ exit: { code: 1, signal: null } }) } });
    expect(problem?.code).toBe("COVERAGE_NOTHING_LEFT");
    expect(problem?.message).toContain("exit code 1");
    expect(problem?.hint).toContain("GOCOVERDIR");
  });

  it("is that the folder is gone", async () => {
    const agent = agentWith({ "/elsewhere": "" });
    const [problem] = await problemsOf({ agent });
    expect(problem?.code).toBe("COVERAGE_FOLDER_CLOSED");
  });

  it("is nothing where a profile arrived", async () => {
    expect(await problemsOf({ files: { "java/jacoco.exec": "x" } })).toEqual([]);
  });
});
