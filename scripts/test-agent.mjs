// The agent's own tests, with this machine's Go or in the `golang` image, and a count of them.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hasGo } from "./build-agent.mjs";

const BUFFER = { maxBuffer: 1 << 28 };
// Tests of the first process of a container make namespaces of their own, which a container may not do by default.
const IN_CONTAINER = [
  ...["docker", "run", "--rm", "-i", "--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined"],
  ...["--security-opt", "apparmor=unconfined", "golang:1.24", "sh", "-c"],
  "mkdir /src && cd /src && tar x && cd agent && go test -json ./...",
];

function runTests() {
  if (hasGo()) return spawnSync("go", ["test", "-json", "./..."], { cwd: "agent", ...BUFFER });
  const [command, ...args] = IN_CONTAINER;
  const input = spawnSync(
    "tar",
    ["-c", "--exclude=agent/bin", "agent", "protocol", "packages/seatrial/package.json"],
    BUFFER,
  ).stdout;
  return spawnSync(command, args, { input, ...BUFFER });
}

const result = runTests();
const lines = result.stdout.toString().split("\n");
const events = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
const named = (action) => events.filter((event) => event.Test !== undefined && event.Action === action);
const [passed, failed, skipped] = ["pass", "fail", "skip"].map((action) => named(action).length);
mkdirSync(".test-results", { recursive: true });
const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
writeFileSync(".test-results/agent.json", JSON.stringify(counts));
console.log(`agent: ${passed} passed, ${failed} failed, ${skipped} skipped`);
if (result.status !== 0) {
  const broken = new Set(named("fail").map((event) => event.Test));
  const shown = events.filter(
    (event) => event.Action === "output" && (event.Test === undefined || broken.has(event.Test)),
  );
  console.log(shown.map((event) => event.Output).join(""));
  console.log(result.stderr.toString());
  process.exit(1);
}
