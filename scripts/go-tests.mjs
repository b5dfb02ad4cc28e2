// Runs tests of Go with this machine's Go, or in the `golang` image, and counts them.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hasGo } from "./build-agent.mjs";
import { runCommand } from "./run-command.mjs";

/** The race detector needs a C compiler. */
const RACE = [
  ...["sh", "-c"],
  'if command -v gcc >/dev/null; then export CGO_ENABLED=1 GOFLAGS="$GOFLAGS -race"; fi; exec "$0" "$@"',
];

/**
 * Runs the tests of `folder` and leaves their counts in .test-results. In a container there are only `files` of the repository, `env`,
 * and what `dockerArgs` give it. Resolves with the exit code.
 */
export async function runGoTests({
  name,
  folder,
  files,
  args = [],
  env = {},
  race = false,
  dockerArgs = [],
}) {
  const argv = [...(race ? RACE : []), "go", "test", "-json", ...args, "./..."];
  // As what is tested is built, and as other tests compile the standard library.
  const given = { CGO_ENABLED: "0", ...env };
  const ended = hasGo()
    ? await runCommand(argv, { cwd: folder, env: { ...process.env, ...given } })
    : await runCommand(inContainer({ argv, folder, env: given, dockerArgs }), { input: archive(files) });
  const lines = ended.stdout.split("\n");
  const events = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const named = (action) => events.filter((event) => event.Test !== undefined && event.Action === action);
  const [passed, failed, skipped] = ["pass", "fail", "skip"].map((action) => named(action).length);
  mkdirSync(".test-results", { recursive: true });
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
  writeFileSync(`.test-results/${name.replaceAll(" ", "-")}.json`, JSON.stringify(counts));
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (ended.code === 0) return 0;
  const broken = new Set(named("fail").map((event) => event.Test));
  const shown = events.filter(
    ({ Action, Test }) => /^(build-)?output$/.test(Action) && (Test === undefined || broken.has(Test)),
  );
  console.log(shown.map((event) => event.Output).join(""));
  console.log(ended.stderr);
  return 1;
}

/** What one of them compiled, the standard library above all, is there for the next one. */
const CACHE = ["--volume", "seatrial-test-go:/root/.cache/go-build"];

function inContainer({ argv, folder, env, dockerArgs }) {
  const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const script = 'mkdir /src && cd /src && tar x && cd "$0" && exec "$@"';
  const command = ["sh", "-c", script, folder, ...argv];
  return ["docker", "run", "--rm", "-i", ...CACHE, ...dockerArgs, ...variables, "golang:1.24", ...command];
}

function archive(files) {
  return spawnSync("tar", ["-c", "--exclude=agent/bin", ...files], { maxBuffer: 1 << 28 }).stdout;
}
