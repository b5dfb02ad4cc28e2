import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "./digest.mjs";

const OLDEST_GO = [1, 24];

/** Where containers run; a machine builds for its own until the package is packed. */
export const PLATFORMS = ["amd64", "arm64"];
export const OWN_PLATFORM = process.arch === "x64" ? "amd64" : process.arch;

/** Builds the agent with this machine's Go, or in the `golang` image when there is none that is new enough. */
export function buildAgent(root, platforms = [OWN_PLATFORM]) {
  const folder = join(root, "agent");
  const bin = join(folder, "bin");
  const digest = agentDigest(root);
  const missing = platforms.filter((platform) => stampOf(bin, platform) !== digest);
  if (missing.length === 0) return;
  mkdirSync(bin, { recursive: true });
  if (hasGo()) {
    execFileSync(join(folder, "build.sh"), [bin], {
      cwd: folder,
      env: { ...process.env, SEATRIAL_AGENT_ARCHS: missing.join(" ") },
      stdio: ["ignore", "inherit", "inherit"],
    });
  } else {
    const args = agentImage(root, {
      target: "binaries",
      output: `type=local,dest=${bin}`,
      platforms: missing,
    });
    execFileSync("docker", args, { stdio: ["ignore", "inherit", "inherit"] });
  }
  for (const platform of missing) writeFileSync(join(bin, `.source-${platform}`), digest);
}

function stampOf(bin, platform) {
  const file = join(bin, `.source-${platform}`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** What builds a stage of agent/Dockerfile. Of the same platforms all stages share what was compiled. */
export function agentImage(root, { target, output, platforms = [OWN_PLATFORM] }) {
  const { version } = JSON.parse(readFileSync(join(root, "packages/seatrial/package.json"), "utf8"));
  return [
    ...["buildx", "build", "--builder", "default", "--target", target, "--output", output],
    ...["--build-arg", `SEATRIAL_AGENT_VERSION=${version}`],
    ...["--build-arg", `SEATRIAL_AGENT_ARCHS=${platforms.join(" ")}`],
    join(root, "agent"),
  ];
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
