// The agent's own tests, with this machine's Go or in the `golang` image, and a count of them.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hasGo } from "./build-agent.mjs";

const local = hasGo();
const [command, ...args] = local
  ? ["go", "test", "-json", "./..."]
  : [
      "docker",
      "run",
      "--rm",
      "-i",
      "golang:1.24",
      "sh",
      "-c",
      "mkdir /src && cd /src && tar x && go test -json ./...",
    ];
const input = local ? undefined : spawnSync("tar", ["-C", "agent", "-c", "."], { maxBuffer: 1 << 28 }).stdout;
const result = spawnSync(command, args, { cwd: local ? "agent" : ".", input, maxBuffer: 1 << 28 });
const events = result.stdout
  .toString()
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line));
const count = (action) =>
  events.filter((event) => event.Test !== undefined && event.Action === action).length;
const counts = {
  numPassedTests: count("pass"),
  numFailedTests: count("fail"),
  numPendingTests: count("skip"),
};
mkdirSync(".test-results", { recursive: true });
writeFileSync(".test-results/agent.json", JSON.stringify(counts));
console.log(
  `agent: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
);
if (result.status !== 0) {
  console.log(
    events
      .filter((event) => event.Action === "output")
      .map((event) => event.Output)
      .join("")
      .slice(-20_000),
  );
  console.log(result.stderr.toString());
  process.exit(1);
}
