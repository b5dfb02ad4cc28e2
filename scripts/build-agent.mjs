import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "./digest.mjs";

const OLDEST_GO = [1, 24];

/** Builds the agent with this machine's Go, or in the `golang` image when there is none that is new enough. */
export function buildAgent(root) {
  const folder = join(root, "agent");
  const bin = join(folder, "bin");
  const digest = agentDigest(root);
  const stamp = join(bin, ".source");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  mkdirSync(bin, { recursive: true });
  if (hasGo()) {
    execFileSync(join(folder, "build.sh"), [bin], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  } else {
    const { version } = JSON.parse(readFileSync(join(root, "packages/seatrial/package.json"), "utf8"));
    execFileSync(
      "docker",
      [
        "buildx",
        "build",
        "--builder",
        "default",
        "--target",
        "binaries",
        "--build-arg",
        `SEATRIAL_AGENT_VERSION=${version}`,
        "--output",
        `type=local,dest=${bin}`,
        folder,
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
  }
  writeFileSync(stamp, digest);
}

/** Of what the agent's programs are made. */
export function agentDigest(root) {
  return digestOf(
    [join(root, "agent")],
    (file) => /\.(cjs|go|mod|sh)$/.test(file) && !/_test\.go$/.test(file),
  );
}

/** True when this machine has a Go that is new enough for the agent. */
export function hasGo() {
  try {
    const version = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(major) > OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) >= OLDEST_GO[1]);
  } catch {
    return false;
  }
}
