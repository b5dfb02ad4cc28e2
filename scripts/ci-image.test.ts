import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Each program that the script calls; they write down how, and `npm pack` leaves a package. */
const PROGRAMS = ["bin/docker", "bin/node", "bin/npm", "bin/tar", "rig/images", "rig/up"];
const STAND_IN = `#!/bin/bash
echo "\${0##*/} $*" >> "$CALLS"
if [ "$1" = pack ]; then touch "\${*: -1}/seatrial-1.tgz"; fi
`;

const ORDER = ["up", "images golang:1.24 node:20-trixie-slim", "node scripts/build.mjs --all", "npm pack"];

/** What the script calls in a repository of this kind. */
async function callsOf(env: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(path.join(tmpdir(), "seatrial-scripts-"));
  try {
    for (const name of ["ci-image.sh", "lib.sh"])
      await cp(path.join(import.meta.dirname, name), `${root}/scripts/${name}`);
    for (const name of ["package-lock.json", "node_modules/.seatrial-lock", "ci-image/Dockerfile"])
      await write(`${root}/${name}`, "");
    for (const name of PROGRAMS) {
      await write(`${root}/${name}`, STAND_IN);
      await chmod(`${root}/${name}`, 0o755);
    }
    const own = { CALLS: `${root}/calls`, PATH: `${root}/bin:${process.env["PATH"]}` };
    await run("bash", [`${root}/scripts/ci-image.sh`], { env: { ...own, ...env } });
    const calls = await readFile(own.CALLS, "utf8");
    return calls.split("\n").map((call) => call.trim());
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

test("the jobs' image is packed with the agent of each platform, as a package for others is", async () => {
  const calls = await callsOf({});
  // The engine builds them where there is no Go.
  expect(
    calls.map((call) => call.replace(/^(npm pack).*/, "$1")).filter((call) => ORDER.includes(call)),
  ).toEqual(ORDER);
});

test("a test's image has this machine's alone, which is quicker", async () => {
  const calls = await callsOf({ CI_IMAGE_AGENTS: "own" });
  expect(calls.filter((call) => call.startsWith("node scripts/"))).toEqual(["node scripts/build.mjs"]);
});
