import { cp, readdir, readFile, symlink } from "node:fs/promises";
import { expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { type Ended, ROOT, startCommand } from "./support/program.ts";
import { isSource, project, type TestProject } from "./support/project.ts";

const named = projectNames("demo");
const EXAMPLE = "examples/go-redis";

/** This repository with a copy of the example, since others use the example meanwhile; all else is links. */
async function repository(): Promise<TestProject> {
  const copy = await project({});
  const entries = (await readdir(ROOT)).filter((name) => !["examples", ".git"].includes(name));
  for (const name of entries) await symlink(`${ROOT}/${name}`, `${copy.folder}/${name}`);
  await cp(`${ROOT}/${EXAMPLE}`, `${copy.folder}/${EXAMPLE}`, { recursive: true, filter: isSource });
  const config = await readFile(`${ROOT}/${EXAMPLE}/seatrial.yaml`, "utf8");
  await copy.write(`${EXAMPLE}/seatrial.yaml`, config.replace(/^name: .*/, `name: ${named("linkly")}`));
  return copy;
}

const registry = () => docker("ps", "--all", "--quiet", "--filter", "name=^seatrial-rig-registry$");

it("`make demo` releases the example and verifies it, and does so again with what is there", async () => {
  // Otherwise it would install them, into the folder that these tests run from.
  const lock = await readFile(`${ROOT}/package-lock.json`, "utf8");
  expect(await readFile(`${ROOT}/node_modules/.seatrial-lock`, "utf8"), "run `make build` first").toBe(lock);
  await using copy = await repository();
  const sha = await commit(copy.folder);
  const demo = async (): Promise<Ended> => {
    const ended = await startCommand(["make", "demo"], { cwd: copy.folder }).ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(
      new RegExp(`^✔ release +\\S+/linkly@sha256:\\w+… → ${sha}, trunk, latest `, "m"),
    );
    const [, verified = ""] = ended.stdout.split("▸ seatrial verify");
    for (const proved of [/^ {2}unit +19 passed/m, /^ {2}integration +8 passed/m, /^ {2}check +\d+ passed/m])
      expect(verified).toMatch(proved);
    expect(verified).toMatch(new RegExp(`^ {2}commit +${sha}`, "m"));
    return ended;
  };
  const digestOf = ({ stdout }: Ended) => /^ {2}digest +(sha256:\w{64})$/m.exec(stdout)?.[1] ?? "none";
  const hadRegistry = (await registry()) !== "";
  try {
    const first = await demo();
    const before = await registry();
    const second = await demo();
    expect(await registry()).toBe(before);
    expect(second.stdout).toContain("the program is built from these sources already");
    expect(second.stdout).toMatch(/^✔ build .* \((\d+) of \1 steps cached\)$/m);
    expect(digestOf(second)).toBe(digestOf(first));
    const signer = /^ {2}signed by .*/m;
    expect(signer.exec(second.stdout)?.[0]).toBe(signer.exec(first.stdout)?.[0] ?? "nobody");
  } finally {
    if (!hadRegistry) await startCommand(["rig/registry", "--down"], { cwd: ROOT }).ended;
  }
}, 300_000);
