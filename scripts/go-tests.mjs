// Runs tests of Go with this machine's Go, or in the `golang` image, and counts them.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { agentImage, hasGo } from "./build-agent.mjs";
import { runCommand } from "./run-command.mjs";

/** The race detector needs a C compiler, and a standard library of its own: half a minute of a processor where no Go keeps it. */
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
  const command = ["go", "test", "-json", ...args];
  // As what is tested is built, so that the standard library is compiled once.
  const given = { CGO_ENABLED: "0", GOFLAGS: "-trimpath", ...env };
  const ended = hasGo()
    ? await runCommand([...(race ? RACE : []), ...command, "./..."], {
        cwd: folder,
        env: { ...process.env, ...given },
      })
    : await inContainer({
        argv: [...command, AS_USUAL, "./..."],
        folder,
        files,
        env: hurried(given),
        dockerArgs,
      });
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

/**
 * For a Go that has compiled nothing yet. Who has one of their own has it vetted: that reads the whole standard library once more. Compilers
 * are brief, and need not collect garbage as often; what they make does.
 */
function hurried(env) {
  return { ...env, GOGC: "400", GOFLAGS: `${env.GOFLAGS} -vet=off` };
}
const AS_USUAL = "-exec=env -u GOGC";

/** What one of them compiled, the standard library above all, is there for the next one. */
const VOLUME = "seatrial-test-go";
const CACHE = ["--volume", `${VOLUME}:/root/.cache/go-build`];

async function inContainer({ argv, folder, files, env, dockerArgs }) {
  await fillCache();
  const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const script = 'mkdir /src && cd /src && tar x && cd "$0" && exec "$@"';
  const command = ["sh", "-c", script, folder, ...argv];
  const run = [
    "docker",
    "run",
    "--rm",
    "-i",
    ...CACHE,
    ...dockerArgs,
    ...variables,
    "golang:1.24",
    ...command,
  ];
  return await runCommand(run, { input: archive(files) });
}

/** The first time, with what was compiled for the agent's own programs. */
async function fillCache() {
  const known = await runCommand(["docker", "volume", "inspect", VOLUME]);
  if (known.code === 0) return;
  const build = agentImage(process.cwd(), { target: "cache", output: "type=tar,dest=-" });
  const fill = `docker run --rm -i ${CACHE.join(" ")} golang:1.24 tar x --no-same-owner -C /root/.cache/go-build`;
  const filled = await runCommand([
    "bash",
    "-o",
    "pipefail",
    "-c",
    `docker "$@" | ${fill}`,
    "fill",
    ...build,
  ]);
  if (filled.code !== 0) throw new Error(`the cache of Go's tests could not be filled:\n${filled.stderr}`);
}

function archive(files) {
  return spawnSync("tar", ["-c", "--exclude=agent/bin", ...files], { maxBuffer: 1 << 28 }).stdout;
}
