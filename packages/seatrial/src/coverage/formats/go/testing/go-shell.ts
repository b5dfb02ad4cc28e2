import { spawn } from "node:child_process";
import { once } from "node:events";

const IMAGE = "golang:1.24";

/**
 * Runs a shell script in `folder` with this machine's Go, or with that of a container to which the folder is brought and from which it
 * is brought back. Paths in the script are relative.
 */
export async function runWithGo(folder: string, script: string): Promise<void> {
  if (await hasGo()) return await run(["sh", "-ec", script], folder);
  const inside = 'mkdir /tmp/oracle && cd /tmp/oracle && tar x && sh -ec "$0" >&2 && tar c .';
  const container = `docker run --rm -i --label seatrial.test=go-format ${IMAGE} sh -ec '${inside}' "$0"`;
  await run(["bash", "-o", "pipefail", "-ec", `tar c . | ${container} | tar x`, script], folder);
}

async function hasGo(): Promise<boolean> {
  const child = spawn("go", ["version"], { stdio: "ignore" });
  return await once(child, "close").then(
    ([code]) => code === 0,
    () => false,
  );
}

async function run([file = "", ...args]: string[], cwd: string): Promise<void> {
  const env = { ...process.env, GOFLAGS: "-buildvcs=false -mod=mod", CGO_ENABLED: "0" };
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${output}`);
}
