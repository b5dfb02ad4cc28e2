import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { GoBuildInfo } from "../../agent/index.ts";

/** Writes a program in JavaScript that can be started by its path. */
export async function writeProgram(file: string, script: string): Promise<string> {
  return await writeScript(file, `#!${process.execPath}\n${script}`);
}

async function writeScript(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, script, { mode: 0o755 });
  return file;
}

/**
 * Writes what behaves like a compiled Go test binary with tests that pass. It honours `-test.list` and `-test.run`. `body` is run in each
 * test, as a shell script: Node would take most of the time of those who start many.
 */
export async function writeGoBinary(
  file: string,
  options: { tests: string[]; body?: string; refusesFraming?: boolean },
): Promise<string> {
  return await writeScript(
    file,
    `#!/bin/sh
run=. mark= code=0
for word; do
  case $word in
    -test.list=*) list=\${word#*=} ;;
    -test.run=*) run=\${word#*=} ;;
    -test.v=test2json) mark=$(printf '\\026') ;;
  esac
done
# grep has no groups without a number.
tests() { printf '%s\\n' ${options.tests.join(" ")} | grep -E -e "$(printf %s "$1" | sed 's/(?:/(/g')"; }
if [ -n "\${list+given}" ]; then
  echo "printed by TestMain"
  tests "$list"
  exit 0
fi
if [ -n "$mark" ] && ${options.refusesFraming === true}; then
  echo 'invalid boolean value "test2json" for -test.v: parse error' >&2
  exit 2
fi
for test in $(tests "$run"); do
  printf '%s\\n' "$mark=== RUN   $test" "in $(pwd -P)"
  ${options.body ?? ""}
  printf '%s\\n' "$mark--- PASS: $test (0.00s)"
done
printf '%s\\n' "\${mark}PASS"
exit $code
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
