import { execFile } from "node:child_process";
import { cp, readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { localAgent } from "../../suites/testing/local-agent.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { parseCoveragePy } from "../formats/python/parse-coverage-py.ts";
import { figuresOf, SAMPLES } from "../formats/testing/figures.ts";
import { agentToolbox } from "./agent-toolbox.ts";
import { isExport } from "./export.ts";
import { exportPython } from "./export-python.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
/** One that lists no branches, one that lists more than it counts, and the latest. */
const VERSIONS = ["==6.4.4", "==7.6.1", ""];

/** An interpreter with one package and nothing else. */
async function pythonWith(requirement: string, folder: string): Promise<string> {
  await run("python3", ["-m", "venv", "--without-pip", "venv"], { cwd: folder });
  const python = path.join(folder, "venv/bin/python");
  await run("python3", ["-m", "pip", "--python", python, "install", "--quiet", requirement]);
  return python;
}

describe("exportPython with coverage.py from PyPI", () => {
  it.each(VERSIONS)(
    "has the figures of coverage%s itself, of several processes",
    { timeout: 300_000 },
    async (version) => {
      await using folder = await createFolder({});
      const app = path.join(folder.path, "app");
      await cp(path.join(SAMPLES, "python"), app, { recursive: true });
      const python = await pythonWith(`coverage${version}`, folder.path);
      const data = path.join(folder.path, "data");
      await run("mkdir", [data]);
      const env = { ...process.env, COVERAGE_FILE: path.join(data, ".coverage") };
      const other = "from shop import cart; cart.total([5], 2); cart.debug(cart.Cart())";
      await run(python, ["-m", "coverage", "run", "--branch", "-p", "main.py"], { cwd: app, env });
      await run("cp", ["main.py", "other.py"], { cwd: app });
      await run(python, ["-c", `open("other.py", "w").write(${JSON.stringify(other)})`], { cwd: app });
      await run(python, ["-m", "coverage", "run", "--branch", "-p", "other.py"], { cwd: app, env });
      const profiles = (await readdir(data)).map((name) => path.join(data, name));
      expect(profiles).toHaveLength(2);

      const result = await exportPython({
        toolbox: agentToolbox(localAgent()),
        profiles,
        folder: path.join(folder.path, "work"),
        workingDir: app,
        argv: [python, "main.py"],
        signal,
      });
      if (!isExport(result)) throw new Error(JSON.stringify(result));
      expect(result.problems).toEqual([]);
      const text = result.content.toString();
      const { files, totals } = JSON.parse(text) as {
        files: Record<string, { summary: Record<string, number> }>;
        totals: Record<string, number>;
      };
      const profile = parseCoveragePy(text);
      const wanted = (summary: Record<string, number>) => ({
        statements: `${summary.covered_lines}/${summary.num_statements}`,
        branches: `${summary.covered_branches}/${summary.num_branches}`,
      });
      expect(figuresOf(profile)).toMatchObject(wanted(totals));
      expect(profile.files).toHaveLength(4);
      for (const file of profile.files)
        expect(figuresOf({ files: [file] }), file.path).toMatchObject(
          wanted(files[file.path]?.summary ?? {}),
        );
    },
  );
});
