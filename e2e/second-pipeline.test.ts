import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { projectNames } from "./support/forget.ts";
import { seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { type SecondEngine, startSecondEngine } from "./support/second-engine.ts";
import { smallBase } from "./support/small-base.ts";

const named = projectNames("second-pipeline");
let registry: PrivateRegistry;
let engine: SecondEngine;
let keys: TestProject;
let base: string;

beforeAll(async () => {
  registry = await privateRegistry();
  engine = await startSecondEngine({ port: Number(registry.host.split(":")[1]) });
  base = await smallBase();
  await engine.load(base);
  keys = await project({});
  await seatrial(["key", "new", "--no-passphrase", "--out", "ci.key"], { cwd: keys.folder });
}, 300_000);
afterAll(async () => {
  await keys?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

/** No two builds of it make the same image, as most real ones: packages, times and orders of files differ. */
function files(name: string): Record<string, string> {
  return {
    Dockerfile: `
      FROM ${base} AS release
      RUN date +%s%N > /app
      FROM release AS test
      RUN date +%s%N > /tests
    `,
    "seatrial.yaml": `
      name: ${name}
      image: { release: release, test: test }
      suites: { unit: { command: [test, -s, /app, -a, -s, /tests] } }
      release:
        repository: ${registry.host}/${name}
        tags: ["\${GIT_SHA}", "\${CI_COMMIT_TAG:-}"]
        floating: [latest]
    `,
    ".gitignore": ".seatrial\n",
  };
}

interface Receipt {
  tags: { tag: string; state: string }[];
}

interface Pushed {
  taken?: boolean;
  images: { target: string; digest: string }[];
}

/** One pipeline: a fresh clone and an empty engine for each of its jobs, which share a registry and artifacts. */
async function pipeline(
  source: TestProject,
  options: { env?: Record<string, string>; build?: string[] } = {},
) {
  const clone = path.join(source.folder, ".seatrial", "clone");
  await rm(clone, { recursive: true, force: true });
  await promisify(execFile)("git", ["clone", "--quiet", source.folder, clone]);
  const job = async (...args: string[]) => {
    await engine.empty({ keep: [base] });
    const env = { ...registry.env, ...engine.env, ...options.env };
    const ended = await seatrial(args, { cwd: clone, env });
    return { code: ended.code, said: ended.stdout + ended.stderr };
  };
  const passing = async (...args: string[]) => {
    const { code, said } = await job(...args);
    expect(code, said).toBe(0);
    return said;
  };
  const built = await passing("build", "--push", ...(options.build ?? []));
  const read = async <T>(file: string) =>
    JSON.parse(await readFile(`${clone}/.seatrial/${file}`, "utf8")) as T;
  const pushed = await read<Pushed>("images.json");
  await passing("test", "--images", ".seatrial/images.json");
  const released = await job("release", "--images", ".seatrial/images.json");
  return { built, pushed, released, receipt: await read<Receipt>("latest/release.json") };
}

describe("a second pipeline of a commit, in empty engines", () => {
  it("takes what the first released, tests it again, and sets the tag that came with it", async () => {
    const name = named("taken");
    await using source = await project(files(name));
    const sha = await commit(source.folder);
    const env = { SEATRIAL_KEY: await readFile(`${keys.folder}/ci.key`, "utf8") };
    const first = await pipeline(source, { env });
    expect(first.released.code, first.released.said).toBe(0);

    const second = await pipeline(source, { env: { ...env, CI_COMMIT_TAG: "v1" } });
    expect(second.built).toContain(`this commit was released already: ${sha} names its image`);
    expect(second.pushed).toEqual({ ...first.pushed, taken: true });
    expect(second.released.code, second.released.said).toBe(0);
    expect(second.receipt.tags.map(({ tag, state }) => `${tag} ${state}`)).toEqual([
      `${sha} unchanged`,
      "v1 set",
      "latest unchanged",
    ]);
    const ships = first.pushed.images.find(({ target }) => target === "release");
    for (const tag of [sha, "v1", "latest"])
      expect((await registry.get(`/v2/${name}/manifests/${tag}`)).digest).toBe(ships?.digest);
  }, 300_000);

  it("that builds all the same makes another image, which cannot be released", async () => {
    const name = named("rebuilt");
    await using source = await project(files(name));
    const sha = await commit(source.folder);
    const first = await pipeline(source);
    expect(first.released.code, first.released.said).toBe(0);
    const second = await pipeline(source, { build: ["--rebuild"] });
    expect(second.pushed.taken).toBeUndefined();
    expect(second.pushed.images).not.toEqual(first.pushed.images);
    expect(second.released.code).toBe(1);
    expect(second.released.said).toContain(`The tag ${sha}`);
    expect(second.released.said).toContain("TAG_TAKEN");
  }, 300_000);
});
