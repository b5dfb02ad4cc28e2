import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../../support/testing/folder.ts";
import { figuresOf, SAMPLES } from "../testing/figures.ts";
import { readV8Profiles } from "./read-v8-profiles.ts";

const run = promisify(execFile);
const esbuild = path.join(
  path.dirname(createRequire(import.meta.url).resolve("esbuild/package.json")),
  "bin/esbuild",
);

type Summary = Record<string, Record<string, { covered: number; total: number }>>;

describe("readV8Profiles beside c8 from npm", () => {
  it("has c8's figures of scripts, bundles, inline maps and several processes", {
    timeout: 300_000,
  }, async () => {
    await using folder = await createFolder({
      "package.json": "{}",
      "dist/main.js": 'require("./inline.js").u(3);',
    });
    const cwd = folder.path;
    await cp(path.join(SAMPLES, "node"), path.join(cwd, "src"), { recursive: true });
    await run("npm", ["install", "--no-audit", "--no-fund", "c8@12"], { cwd });
    const bundle = ["src/t.ts", "--bundle", "--platform=node"];
    await run(esbuild, [...bundle, "--sourcemap", "--outfile=dist/bundle.js"], { cwd });
    await run(esbuild, [...bundle, "--sourcemap", "--sources-content=false", "--outfile=dist/lean.js"], {
      cwd,
    });
    await run(esbuild, ["src/u.ts", "--format=cjs", "--sourcemap=inline", "--outfile=dist/inline.js"], {
      cwd,
    });
    const profiles = path.join(cwd, "profiles");
    const env = { ...process.env, NODE_V8_COVERAGE: profiles, NODE_OPTIONS: "" };
    const programs = [
      ["src/a.mjs"],
      ["src/a.mjs", "1"],
      ["dist/bundle.js"],
      ["dist/lean.js"],
      ["dist/main.js"],
    ];
    for (const argv of programs) await run(process.execPath, argv, { cwd, env });
    const c8 = [path.join(cwd, "node_modules/c8/bin/c8.js"), "report", "--temp-directory", profiles];
    await run(process.execPath, [...c8, "--reporter=json-summary", "--reports-dir", "report"], { cwd });
    const { total: _, ...theirs } = JSON.parse(
      await readFile(path.join(cwd, "report/coverage-summary.json"), "utf8"),
    ) as Summary;

    const { profile, problems } = await readV8Profiles({
      folders: [{ profiles }],
      hostFile: (file) => file,
      signal: new AbortController().signal,
    });
    expect(problems).toEqual([]);
    expect(Object.keys(theirs)).toHaveLength(6);
    const ours = Object.fromEntries(profile.files.map((file) => [file.path, figuresOf({ files: [file] })]));
    const figure = (summary: Summary[string], key: string) =>
      `${summary[key]?.covered}/${summary[key]?.total}`;
    expect(ours).toEqual(
      Object.fromEntries(
        Object.entries(theirs).map(([file, summary]) => [
          file,
          {
            statements: figure(summary, "statements"),
            lines: figure(summary, "lines"),
            branches: figure(summary, "branches"),
            functions: figure(summary, "functions"),
          },
        ]),
      ),
    );
  });
});
