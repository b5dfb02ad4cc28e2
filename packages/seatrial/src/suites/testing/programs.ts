import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { GoBuildInfo } from "../../agent/index.ts";

/** Writes a program in JavaScript that can be started by its path. */
export async function writeProgram(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!${process.execPath}\n${script}`, { mode: 0o755 });
  return file;
}

/** Writes what behaves like a compiled Go test binary with tests that pass. It honours `-test.list` and `-test.run`. */
export async function writeGoBinary(
  file: string,
  options: { tests: string[]; body?: string; refusesFraming?: boolean },
): Promise<string> {
  return await writeProgram(
    file,
    `
const flag = (name) => process.argv.find((word) => word.startsWith("-test." + name))?.split("=").slice(1).join("=");
const tests = ${JSON.stringify(options.tests)};
const mark = flag("v") === "test2json" ? "\\x16" : "";
if (flag("list") !== undefined) {
  console.log("printed by TestMain");
  for (const test of tests.filter((each) => new RegExp(flag("list")).test(each))) console.log(test);
  process.exit(0);
}
if (mark !== "" && ${options.refusesFraming === true}) {
  console.error('invalid boolean value "test2json" for -test.v: parse error');
  process.exit(2);
}
for (const test of tests.filter((each) => new RegExp(flag("run") ?? ".").test(each))) {
  console.log(mark + "=== RUN   " + test);
  console.log("in " + process.cwd());
  ${options.body ?? ""}
  console.log(mark + "--- PASS: " + test + " (0.00s)");
}
console.log(mark + "PASS");
`,
  );
}

/** What a test binary of this package says about itself. */
export function buildInfo(packagePath: string, changes: Partial<GoBuildInfo> = {}): GoBuildInfo {
  return {
    path: `${packagePath}.test`,
    module: "example.com/shop",
    goVersion: "go1.24.1",
    settings: {},
    ...changes,
  };
}
