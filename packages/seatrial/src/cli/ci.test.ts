import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { fakeDocker, printing } from "../compose/testing/docker.ts";
import { at, PROJECT } from "./testing/at.ts";

const SHOP = {
  ...PROJECT,
  "seatrial.yaml": `${PROJECT["seatrial.yaml"]}release:\n  repository: "\${REGISTRY:+\${REGISTRY}/shop}"\n  tags: \${GIT_SHA}\n`,
};

describe("seatrial ci", () => {
  it.each([
    ["gitlab", ".gitlab-ci.yml", "REGISTRY: $CI_REGISTRY_IMAGE"],
    ["github", ".github/workflows/seatrial.yml", "${{ vars.REGISTRY }}"],
    ["jenkins", "Jenkinsfile", "branch 'main'"],
  ])("%s writes %s, once", async (system, file, text) => {
    await using here = await at(SHOP);
    expect(await here.seatrial("ci", system)).toBe(0);
    expect(here.stdout()).toBe(`wrote ${file}\n`);
    const written = await readFile(`${here.path}/${file}`, "utf8");
    expect(written).toContain(text);
    expect(written).toContain("seatrial-ci:");
    expect(written).not.toContain("check --images");
    expect(await here.seatrial("ci", system, "--ci-image", "other:1")).toBe(2);
    expect(here.stderr()).toContain("[CI_FILE_EXISTS]");
    expect(await readFile(`${here.path}/${file}`, "utf8")).toBe(written);
  });

  it.each([
    ["gitlab", ".gitlab-ci.yml"],
    ["github", ".github/workflows/seatrial-shop.yml"],
    ["jenkins", "Jenkinsfile"],
  ])("%s finds the pipeline of a project in a folder of its repository at %s", async (system, file) => {
    const files = Object.entries(SHOP).map(([name, text]) => [`services/shop/${name}`, text]);
    await using here = await at(Object.fromEntries(files), { PATH: process.env["PATH"] ?? "" });
    await promisify(execFile)("git", ["init", "--quiet", here.path]);
    expect(await here.seatrial("--folder", "services/shop", "ci", system)).toBe(0);
    expect(here.stdout()).toBe(`wrote ${file}\n`);
    expect(await readFile(`${here.path}/${file}`, "utf8")).toContain(
      "seatrial --folder services/shop build --push",
    );
  });

  it("github: passes on every variable that the release section mentions, and none that git tells", async () => {
    const release =
      "release:\n  repository: registry.example.com/${TEAM}/shop\n  tags: ['${VERSION:-${GIT_SHA}}', $$NONE]\n" +
      "  cache: ${CACHE_REPOSITORY:-}\n";
    const other = "redact: [ELSEWHERE]\nenv_file: [{ path: '${ELSEWHERE:-x}', required: false }]\n";
    await using here = await at({
      ...SHOP,
      "seatrial.yaml": `${PROJECT["seatrial.yaml"]}${release}${other}`,
    });
    expect(await here.seatrial("ci", "github", "--dry-run"), here.stderr()).toBe(0);
    expect(here.stdout().match(/\$\{\{ vars\..*/g)).toEqual(
      ["TEAM", "VERSION", "CACHE_REPOSITORY"].map((name) => `\${{ vars.${name} }}`),
    );
  });

  it("warns of a pipeline without caches, and of an image that runners cannot pull", async () => {
    await using here = await at(SHOP);
    expect(await here.seatrial("ci", "gitlab", "--dry-run")).toBe(0);
    expect(here.stderr()).toMatch(
      /^warning: without `release.cache: true` .*\nwarning: .* seatrial-ci:\d.* --ci-image\n$/,
    );
    await using cached = await at({ ...SHOP, "seatrial.yaml": `${SHOP["seatrial.yaml"]}  cache: true\n` });
    expect(await cached.seatrial("ci", "gitlab", "--dry-run", "--ci-image", "a/b:1")).toBe(0);
    expect(cached.stderr()).toBe("");
  });

  it("takes from the configuration what its jobs need: shards, secrets, and tags that all move", async () => {
    const own = SHOP["seatrial.yaml"]
      .replace("tags:", "floating:")
      .replace("test: test }", "test: test, secrets: { npm: { env: NPM_TOKEN } } }")
      .replace("needs: [db] }", "needs: [db], shards: 2 }");
    // The secret is not set where the file is written.
    await using here = await at({ ...SHOP, "seatrial.yaml": own });
    expect(await here.seatrial("ci", "github", "--dry-run")).toBe(0);
    expect(here.stdout()).toContain("- test integration --shard 2/2\n");
    expect(here.stdout()).toContain("NPM_TOKEN: ${{ secrets.NPM_TOKEN }}");
    expect(here.stdout()).toContain("  release:\n");
  });

  it.each(["github", "jenkins"])(
    "%s: takes them from builds of the Compose file too, without Compose",
    async (system) => {
      const compose = `services:
  db: { image: postgres }
  app: { build: { context: ., target: release, secrets: [npm] } }
  dev: { build: { context: ., target: test, secrets: [dev] }, profiles: [dev] }
secrets: { npm: { environment: NPM_TOKEN }, dev: { environment: DEV_TOKEN } }
`;
      await using here = await at({ ...SHOP, "compose.yaml": compose });
      expect(await here.seatrial("ci", system, "--dry-run")).toBe(0);
      const given = system === "github" ? "NPM_TOKEN: ${{ secrets.NPM_TOKEN }}" : "credentials('NPM_TOKEN')";
      expect(here.stdout()).toContain(given);
      // A service of a profile that nobody asks for is built by nobody.
      expect(here.stdout()).not.toContain("DEV_TOKEN");
      expect(here.stderr()).not.toContain("docker compose config");
    },
  );

  it("leaves out those that the project's own configuration takes from elsewhere, and warns where only Compose could tell", async () => {
    const services =
      "services: { db: { image: postgres }, app: { build: { context: $PWD, target: release, secrets: [npm] } } }\n";
    const secrets = "secrets: { npm: { environment: NPM_TOKEN } }\n";
    const own = SHOP["seatrial.yaml"].replace(
      "test: test }",
      "test: test, secrets: { npm: { env: CI_NPM } } }",
    );
    const files = { ...SHOP, "compose.yaml": services.replace("$PWD", ".") + secrets, "seatrial.yaml": own };
    const docker = await fakeDocker(printing(`name: shop\n${services}${secrets}`).replace("'END'", "END"));
    await using here = await at(files, docker.env);
    expect(await here.seatrial("ci", "jenkins", "--dry-run")).toBe(0);
    expect(here.stdout()).toContain("credentials('CI_NPM')");
    expect(here.stdout()).not.toContain("NPM_TOKEN");
    expect(here.stderr()).not.toContain("docker compose config");
    await using alone = await at(files);
    expect(await alone.seatrial("ci", "jenkins", "--dry-run")).toBe(0);
    expect(alone.stdout()).toContain("credentials('NPM_TOKEN')");
    expect(alone.stderr()).toMatch(/could not be asked \(COMPOSE_\w+\): leave out NPM_TOKEN if /);
  });

  it("gives no job the secret of a service that only shares a profile with one that is needed", async () => {
    const compose = `services:
  db: { image: postgres, profiles: [test] }
  tool: { build: { context: ., secrets: [tool] }, profiles: [test] }
secrets: { tool: { environment: TOOL_TOKEN } }
`;
    await using here = await at({ ...SHOP, "compose.yaml": compose });
    expect(await here.seatrial("ci", "jenkins", "--dry-run")).toBe(0);
    expect(here.stdout()).not.toContain("TOOL_TOKEN");
  });

  it("asks Compose for them where the file includes others, and warns where it cannot", async () => {
    const compose = "include: [more.yaml]\nservices: { db: { image: postgres } }\n";
    const more = "services: { app: { build: { context: ., secrets: [npm] } } }\n";
    const files = { ...SHOP, "compose.yaml": compose, "more.yaml": more };
    const resolved = `name: shop
services: { app: { build: { context: /p, secrets: [{ source: npm }] } } }
secrets: { npm: { environment: NPM_TOKEN } }`;
    await using here = await at(files, (await fakeDocker(printing(resolved))).env);
    expect(await here.seatrial("ci", "github", "--dry-run")).toBe(0);
    expect(here.stdout()).toContain("NPM_TOKEN: ${{ secrets.NPM_TOKEN }}");
    expect(here.stderr()).not.toContain("docker compose config");
    await using alone = await at(files);
    expect(await alone.seatrial("ci", "github", "--dry-run")).toBe(0);
    expect(alone.stdout()).not.toContain("NPM_TOKEN");
    expect(alone.stderr()).toMatch(/warning: .*`docker compose config` could not be asked \(COMPOSE_/);
  });

  it("says that the branch in Jenkins' file is a guess, unless somebody named it", async () => {
    const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null" };
    await using here = await at(SHOP, env);
    for (const system of ["jenkins", "gitlab", "github"])
      expect(await here.seatrial("ci", system, "--dry-run")).toBe(0);
    expect(here.stderr().match(/names main as a guess: set SEATRIAL_DEFAULT_BRANCH/g)).toHaveLength(1);
    await using told = await at(SHOP, { ...env, SEATRIAL_DEFAULT_BRANCH: "trunk" });
    expect(await told.seatrial("ci", "jenkins", "--dry-run")).toBe(0);
    expect(told.stdout()).toContain("branch 'trunk'");
    expect(told.stderr()).not.toContain("guess");
  });

  it("prints with --dry-run, and writes elsewhere with --output", async () => {
    await using here = await at({
      ...SHOP,
      "seatrial.yaml": `${SHOP["seatrial.yaml"]}check: { user: non-root }\n`,
    });
    expect(await here.seatrial("ci", "gitlab", "--dry-run", "--ci-image", "registry.example.com/ci:2")).toBe(
      0,
    );
    const printed = here.stdout();
    expect(printed).toContain("image: registry.example.com/ci:2\n");
    expect(printed).toContain("seatrial check --images");
    expect(await here.seatrial("ci", "gitlab", "--output", "ci/pipeline.yml")).toBe(0);
    expect(here.stdout()).toBe(`${printed}wrote ci/pipeline.yml\n`);
    await expect(readFile(`${here.path}/.gitlab-ci.yml`)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["minimum: 80", true],
    // Which base, the pipeline knows.
    ["minimum: { changed: 90 }, diff: $BASE", true],
    ["sources: [unit]", false],
    ["formats: [text]", false],
  ])("has a job for rules that no job of one suite can judge: %s", async (rules, has) => {
    const own = `${SHOP["seatrial.yaml"]}coverage: { ${rules} }\n`;
    await using here = await at({ ...SHOP, "seatrial.yaml": own });
    expect(await here.seatrial("ci", "gitlab", "--dry-run")).toBe(0);
    expect(here.stdout().includes("seatrial coverage report .seatrial/runs --rules --format html")).toBe(has);
    // A job that runs all suites judges them by itself.
    await using single = await at({ ...SHOP, "seatrial.yaml": own.replace(/ {2}integration:.*\n/, "") });
    expect(await single.seatrial("ci", "gitlab", "--dry-run")).toBe(0);
    expect(single.stdout()).not.toContain("coverage report");
    // Which lines changed, a shallow clone does not tell.
    for (const { stdout } of [here, single])
      expect(stdout().match(/GIT_DEPTH: "0"/g)?.length ?? 0).toBe(rules.includes("changed") ? 2 : 1);
  });

  it.each([
    ["a project without a repository", PROJECT, ["gitlab"], "CI_NO_REPOSITORY"],
    ["a folder that is a file", SHOP, ["gitlab", "--output", "Dockerfile/ci.yml"], "CI_FILE_NOT_WRITTEN"],
  ])("is code 2 for %s", async (_, files, words, code) => {
    await using here = await at(files);
    expect(await here.seatrial("ci", ...words)).toBe(2);
    expect(here.stderr()).toContain(`[${code}]`);
    expect(here.stderr()).toContain("hint:");
  });
});
