import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { projectNames } from "./support/forget.ts";
import { localGitlab, socketVariant } from "./support/pipelines/gitlab-ci-local.ts";
import { ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";

const run = promisify(execFile);
const named = projectNames("gitlab-ci-local");

/** A repository with the example and its pipeline, for the socket of this machine. */
async function repository(): Promise<{ source: TestProject; sha: string }> {
  const source = await project({}, { from: `${ROOT}/examples/go-redis` });
  const edit = async (file: string, change: (text: string) => string) =>
    await source.write(file, change(await readFile(`${source.folder}/${file}`, "utf8")));
  // The stage that compiles is large, and this engine does not begin empty: nobody would take its steps from the registry.
  await edit("seatrial.yaml", (text) =>
    text.replace(/^name: .*/, `name: ${named("go-redis")}`).replace("  cache: true\n", ""),
  );
  await edit(".gitlab-ci.yml", socketVariant);
  return { source, sha: await commit(source.folder) };
}

describe("GitLab's pipeline of examples/go-redis", () => {
  let registry: PrivateRegistry;
  let keys: TestProject;
  const passphrase = "correct horse";
  beforeAll(async () => {
    registry = await privateRegistry();
    keys = await project({});
    const made = await seatrial(["key", "new", "--out", "ci.key"], {
      cwd: keys.folder,
      env: { SEATRIAL_KEY_PASSPHRASE: passphrase },
    });
    expect(made.code, made.stderr).toBe(0);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await keys[Symbol.asyncDispose]();
  });

  /** What people set for a project. */
  async function settings() {
    const key = await readFile(`${keys.folder}/ci.key`, "utf8");
    expect(key).toContain("ENCRYPTED");
    return {
      variables: {
        CI_REGISTRY: registry.host,
        CI_REGISTRY_IMAGE: `${registry.host}/team`,
        CI_REGISTRY_USER: "ci",
        CI_REGISTRY_PASSWORD: "secret",
        SEATRIAL_KEY_PASSPHRASE: passphrase,
      },
      files: { SEATRIAL_KEY: key },
    };
  }

  it("runs to its release, each job in a shell, and signs with a key that has a passphrase", async () => {
    const { source, sha } = await repository();
    await using _source = source;
    await using local = await localGitlab({ source: source.folder, ...(await settings()) });
    const ended = await local.gitlab();
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    for (const job of ["build", "test:unit", "test:integration", "check", "coverage", "release"])
      expect(ended.stdout).toMatch(new RegExp(`PASS.* ${job}\\b`));
    const tags = await registry.get("/v2/team/linkly/tags/list");
    expect(tags.json["tags"]).toEqual(expect.arrayContaining([sha, "trunk", "latest"]));
    const verified = await seatrial(
      ["verify", `${registry.host}/team/linkly:${sha}`, "--key", `${keys.folder}/ci.pub`],
      { cwd: keys.folder, env: registry.env },
    );
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  }, 300_000);

  it("releases on the default branch and for a tag, and on no other branch", async () => {
    const { source } = await repository();
    await using _source = source;
    await using local = await localGitlab({ source: source.folder });
    const jobs = async (...flags: string[]) => {
      const { stdout, stderr } = await local.gitlab("--list", ...flags);
      expect(stderr).toContain("json schema validated");
      return stdout
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(" ")[0]);
    };
    const others = ["build", "test:unit", "test:integration", "check", "coverage"];
    expect(await jobs()).toEqual([...others, "release"]);
    await run("git", ["-C", local.checkout, "checkout", "--quiet", "-b", "feature/trunk"]);
    expect(await jobs()).toEqual(others);
    const tagged = ["--variable", "CI_COMMIT_TAG=v1", "--unset-variable", "CI_COMMIT_BRANCH"];
    expect(await jobs(...tagged)).toEqual([...others, "release"]);
  }, 60_000);
});
