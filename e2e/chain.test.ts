import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attestedSuites } from "./support/attested.ts";
import { commit } from "./support/checkout.ts";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { REGISTRY_KINDS, type RegistryKind } from "./support/registry-program.ts";
import { smallBase } from "./support/small-base.ts";

const named = projectNames("chain");
let base: string;
/** Of the first kind. */
let registry: PrivateRegistry;
const registries = new Map<RegistryKind, PrivateRegistry>();

beforeAll(async () => {
  base = await smallBase();
  for (const kind of REGISTRY_KINDS) registries.set(kind, await privateRegistry(kind));
  registry = registryOf(REGISTRY_KINDS[0]);
});
afterAll(async () => {
  for (const each of registries.values()) await each[Symbol.asyncDispose]();
});

function registryOf(kind: RegistryKind): PrivateRegistry {
  const found = registries.get(kind);
  if (found === undefined) throw new Error(`there is not ${kind}`);
  return found;
}

/** A project whose repository is given by a variable, as the examples have it. */
function files(name: string, changes: { test?: string; check?: string } = {}): Record<string, string> {
  return {
    Dockerfile: `FROM ${base}\nRUN echo ${name} > /app\nUSER 65534:65534\nCMD ["cat", "/app"]\n`,
    "seatrial.yaml": `
      name: ${name}
      suites:
        smoke: { command: ${changes.test ?? `[grep, -q, ${name}, /app]`} }
      check: ${changes.check ?? "{ absent: [gcc], user: non-root }"}
      release:
        repository: \${REGISTRY:+$REGISTRY/${name}}
        tags: [v1]
        floating: [latest]
    `,
  };
}

async function run(folder: TestProject, args: string[] = [], env: Record<string, string> = {}) {
  const given = { ...registry.env, REGISTRY: registry.host, ...env };
  const ended = await seatrial(["run", ...args], { cwd: folder.folder, env: given });
  return { ...ended, all: `${ended.stdout}${ended.stderr}` };
}

const tagged = async (name: string) => (await registry.get(`/v2/${name}/manifests/v1`)).status;

describe.each(REGISTRY_KINDS)("seatrial run with %s", (kind) => {
  it("ends with the release of exactly the image that was tested and checked", async () => {
    const registry = registryOf(kind);
    const name = named("whole");
    await using folder = await project(files(name));
    await seatrial(["key", "new", "--no-passphrase", "--out", "chain.key"], { cwd: folder.folder });
    await commit(folder.folder);
    const pem = await readFile(`${folder.folder}/chain.key`, "utf8");
    const env = { ...registry.env, REGISTRY: registry.host, SEATRIAL_KEY: pem };
    const ended = await run(folder, [], env);
    expect(ended.code, ended.all).toBe(0);
    const outcome = await latestOutcome(folder.folder);
    expect(outcome.check?.status).toBe("passed");
    expect(outcome.receipt).toMatchObject({ status: "released", candidate: { pushed: true } });
    expect(outcome.receipt?.attestations.map(({ suite }) => suite)).toEqual(["smoke", "check"]);
    const [image] = outcome.images;
    for (const tag of ["v1", "latest"]) {
      const manifest = await registry.get(`/v2/${name}/manifests/${tag}`);
      expect(manifest.digest).toBe(outcome.receipt?.digest);
      const { config } = manifest.json as { config?: { digest: string } };
      expect(config?.digest).toBe(image?.imageId);
      expect(outcome.suites[0]?.imageId).toBe(image?.imageId);
      expect(outcome.check?.imageId).toBe(image?.imageId);
    }
    const digest = outcome.receipt?.digest ?? "";
    const attested = await attestedSuites({ registry, repository: name, digest, pem });
    expect(attested.map(({ suite }) => suite).sort()).toEqual(["check", "smoke"]);
    for (const { subjects, result } of attested) expect([subjects, result]).toEqual([[digest], "PASSED"]);
    const kept = await readFile(`${folder.folder}/.seatrial/latest/release.json`, "utf8");
    expect(JSON.parse(kept)).toEqual(outcome.receipt);
    expect(kept + ended.all).not.toContain("PRIVATE KEY");
    expect(await leftovers({ project: name })).toEqual([]);

    const again = await run(folder, [], env);
    expect(again.code, again.all).toBe(0);
    const { receipt } = await latestOutcome(folder.folder);
    expect(receipt?.tags.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
  });
});

describe("seatrial run", () => {
  it.each([
    ["a suite fails", { test: "[grep, -q, nothing, /app]" }],
    ["a check fails", { check: "{ absent: [grep] }" }],
  ])("releases nothing when %s", async (_why, changes) => {
    const name = named("failing");
    await using folder = await project(files(name, changes));
    await commit(folder.folder);
    const ended = await run(folder);
    expect(ended.code, ended.all).toBe(1);
    expect((await latestOutcome(folder.folder)).receipt).toBeUndefined();
    expect(ended.all).toMatch(/release +nothing is released/);
    expect(await tagged(name)).toBe(404);
  });

  it.each([
    ["without a repository", [], { REGISTRY: "" }],
    ["with --no-release", ["--no-release"], {}],
    ["of a part of the suites", ["--only", "smoke"], {}],
  ])("%s ends before a release", async (_how, args, env) => {
    const name = named("before");
    await using folder = await project(files(name));
    await commit(folder.folder);
    const ended = await run(folder, args, env);
    expect(ended.code, ended.all).toBe(0);
    expect((await latestOutcome(folder.folder)).receipt).toBeUndefined();
    expect(await tagged(name)).toBe(404);
  });

  it("refuses a tree with changes before it builds anything, unless they are allowed", async () => {
    const name = named("dirty");
    await using folder = await project(files(name));
    await commit(folder.folder);
    await folder.write("notes.txt", "not committed");
    const refused = await run(folder);
    expect(refused.code).toBe(2);
    expect(refused.all).toContain("TREE_DIRTY");
    expect(refused.all).toContain("(?? notes.txt)");
    expect(await tagged(name)).toBe(404);
    const allowed = await run(folder, ["--allow-dirty"]);
    expect(allowed.code, allowed.all).toBe(0);
    expect(await tagged(name)).toBe(200);
  });

  it("tests an image by its digest without building it, and says when it is another one", async () => {
    const name = named("given");
    await using folder = await project(files(name));
    await commit(folder.folder);
    const env = { ...registry.env, REGISTRY: registry.host };
    const built = await seatrial(["build", "--push"], { cwd: folder.folder, env });
    expect(built.code, built.stderr).toBe(0);
    const first = await latestOutcome(folder.folder);
    const images = ["--images", ".seatrial/images.json"];
    const tested = await seatrial(["test", ...images], { cwd: folder.folder, env });
    expect(tested.code, tested.stderr).toBe(0);
    expect(tested.stdout).toContain("by digest, not built");
    const second = await latestOutcome(folder.folder);
    expect(second.images[0]?.imageId).toBe(first.images[0]?.imageId);
    expect(second.build?.steps).toBe(0);

    const list = await readFile(`${folder.folder}/.seatrial/images.json`, "utf8");
    const other = list.replaceAll(first.images[0]?.imageId ?? "", `sha256:${"0".repeat(64)}`);
    await folder.write("other.json", other);
    const swapped = await seatrial(["test", "--images", "other.json"], { cwd: folder.folder, env });
    expect(swapped.code).toBe(1);
    expect(swapped.stdout).toContain("IMAGE_NOT_SAME");
  });
});
