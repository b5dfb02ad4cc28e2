// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose files
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { resolveCompose } from "./resolve.ts";
import { type FakeDocker, fakeDocker, printing } from "./testing/docker.ts";
import { folderWith, put } from "./testing/folder.ts";

const FILES = {
  "compose.yaml": `
include:
  - path: sub/compose.yaml
    env_file: sub/sub.env
services:
  db:
    image: postgres:\${TAG:-17}
    env_file: [db.env, { path: optional.env, required: false }]
    environment: [PASSED, FIXED=1]
    build: { context: ., args: { ARG: } }
  web:
    extends: { file: base/base.yaml, service: base }
secrets:
  token: { environment: TOKEN }
`,
  ".env": "TAG=16\nREF=$BEHIND\n",
  "db.env": "A=${INNER}\nBARE\n",
  "sub/compose.yaml": "services: { cache: { image: 'redis:${REDIS_TAG}' } }",
  "sub/sub.env": "REDIS_TAG=8\n",
  "base/base.yaml": "services: { base: { image: 'web:${BASE_TAG}', env_file: base.env } }",
  "base/base.env": "X=1\n",
  Dockerfile: "FROM scratch",
};

interface Setup {
  folder: string;
  docker: FakeDocker;
  /** Resolves once; true when Compose was not asked. */
  hits(change?: {
    env?: Record<string, string>;
    files?: string[];
    profiles?: string[];
    envFiles?: string[];
    name?: string;
  }): Promise<boolean>;
}

async function setUp(files: Record<string, string> = {}): Promise<Setup> {
  const folder = await folderWith({ ...FILES, ...files });
  const cacheFolder = await folderWith({});
  const docker = await fakeDocker(printing("name: shop\nservices: {}"));
  return {
    folder,
    docker,
    async hits({ env, files: names = ["compose.yaml"], profiles, envFiles, name = "shop" } = {}) {
      const before = (await docker.calls()).length;
      await resolveCompose({
        files: names,
        projectFolder: folder,
        projectName: name,
        profiles,
        envFiles: envFiles?.map((file) => path.join(folder, file)),
        environment: { ...docker.env, ...env },
        cacheFolder,
        signal: AbortSignal.timeout(10_000),
      });
      return (await docker.calls()).length === before;
    },
  };
}

describe("the second time", () => {
  test("Compose is not asked", async () => {
    const { hits } = await setUp();
    expect(await hits()).toBe(false);
    expect(await hits()).toBe(true);
    expect(await hits()).toBe(true);
  });

  test("a change of what does not count changes nothing", async () => {
    const { folder, hits } = await setUp();
    await hits();
    await put(folder, "Dockerfile", "FROM other");
    await put(folder, "src/main.go", "package main");
    expect(await hits({ env: { UNRELATED: "1", LANG: "C" } })).toBe(true);
    await utimes(path.join(folder, "compose.yaml"), new Date(), new Date());
    expect(await hits()).toBe(true);
  });

  test.each(Object.keys(FILES).filter((name) => name !== "Dockerfile"))(
    "a change of %s counts",
    async (name) => {
      const { folder, hits } = await setUp();
      await hits();
      expect(await hits()).toBe(true);
      await put(folder, name, `${await readFile(path.join(folder, name), "utf8")}\n# changed\n`);
      expect(await hits()).toBe(false);
      expect(await hits()).toBe(true);
    },
  );

  test.each(["optional.env", "sub/.env"])("%s counts when it appears", async (name) => {
    const { folder, hits } = await setUp();
    await hits();
    await put(folder, name, "NEW=1\n");
    expect(await hits()).toBe(false);
    await rm(path.join(folder, name));
    expect(await hits()).toBe(false);
  });

  test.each([
    ["mentioned in a Compose file", "TAG"],
    ["mentioned in an included file", "REDIS_TAG"],
    ["mentioned in an extended file", "BASE_TAG"],
    ["mentioned in .env", "BEHIND"],
    ["mentioned in an env file", "INNER"],
    ["passed through by an env file", "BARE"],
    ["passed through by environment", "PASSED"],
    ["passed through by build arguments", "ARG"],
    ["a secret's source", "TOKEN"],
    ["of Compose", "COMPOSE_PROFILES"],
    ["of docker", "DOCKER_HOST"],
    ["for home folders", "XDG_CONFIG_HOME"],
  ])("a variable that is %s counts: %s", async (_, name) => {
    const { hits } = await setUp();
    await hits();
    expect(await hits({ env: { [name]: "1" } })).toBe(false);
    expect(await hits({ env: { [name]: "1" } })).toBe(true);
    expect(await hits({ env: { [name]: "2" } })).toBe(false);
    expect(await hits({ env: { [name]: "" } })).toBe(false);
    expect(await hits()).toBe(false);
  });

  test("named env files count with what is in them and in place of .env", async () => {
    const compose = "services: { db: { image: 'postgres:${TAG}' } }";
    const { folder, hits } = await setUp({ "compose.yaml": compose, "ci.env": "TAG=$CI_TAG\n" });
    const envFiles = ["ci.env"];
    expect(await hits()).toBe(false);
    expect(await hits({ envFiles })).toBe(false);
    expect(await hits({ envFiles })).toBe(true);
    await put(folder, ".env", "TAG=15\n");
    expect(await hits({ envFiles })).toBe(true);
    expect(await hits({ envFiles, env: { CI_TAG: "9" } })).toBe(false);
    await put(folder, "ci.env", "TAG=14\n");
    expect(await hits({ envFiles })).toBe(false);
  });

  test("other files, profiles and names of the project count", async () => {
    const { folder, hits } = await setUp({ "over.yaml": "services: {}" });
    await hits();
    expect(await hits({ files: ["compose.yaml", "over.yaml"] })).toBe(false);
    await put(folder, "over.yaml", "services: { x: { image: y } }");
    expect(await hits({ files: ["compose.yaml", "over.yaml"] })).toBe(false);
    expect(await hits({ profiles: ["ci"] })).toBe(false);
    expect(await hits({ name: "other" })).toBe(false);
    expect(await hits()).toBe(true);
  });

  test("another docker or another plugin counts", async () => {
    const { docker, hits } = await setUp();
    await hits();
    await writeFile(path.join(docker.folder, "cli-plugins/docker-compose"), "another plugin");
    expect(await hits()).toBe(false);
    expect(await hits()).toBe(true);
    await utimes(path.join(docker.folder, "bin/docker"), 1, 1);
    expect(await hits()).toBe(false);
  });
});

describe("what is not understood is not kept", () => {
  test.each([
    ["a remote include", "include: ['https://example.com/compose.yaml']\nservices: {}"],
    ["a remote include of git", "include: ['github.com/acme/compose']\nservices: {}"],
    ["a computed include", "include: ['${DIR}/compose.yaml']\nservices: {}"],
    ["an include that is not there", "include: [nope.yaml]\nservices: {}"],
    ["an include of itself", "include: [{ path: compose.yaml, project_directory: sub }]\nservices: {}"],
    ["a remote extends", "services: { a: { extends: { file: 'oci://x/y', service: b } } }"],
    ["a computed env file", "services: { a: { env_file: '${F}' } }"],
    ["a missing env file", "services: { a: { env_file: nope.env } }"],
    ["a computed pass-through", "services: { a: { environment: ['${NAME}'] } }"],
    ["a label file", "services: { a: { label_file: labels.txt } }"],
    ["an unknown top-level key", "services: {}\nmodels: { m: { model: x } }"],
    ["YAML that does not parse", "services: {"],
    ["a key that is there twice", "services: { a: { image: x, image: y } }"],
  ])("%s", async (_, text) => {
    const { hits } = await setUp({ "compose.yaml": text, "labels.txt": "a=b" });
    await hits();
    expect(await hits()).toBe(false);
  });

  test("an env file that is no plain file, which is not opened either", async () => {
    const { folder, hits } = await setUp();
    await rm(path.join(folder, "db.env"));
    await mkdir(path.join(folder, "db.env"));
    await hits();
    expect(await hits()).toBe(false);
  });

  test("env files that are named from outside", async () => {
    const { hits } = await setUp();
    const env = { COMPOSE_ENV_FILES: "ci.env" };
    await hits({ env });
    expect(await hits({ env })).toBe(false);
  });

  test("a file that changed while Compose was reading it, even when it is as before again", async () => {
    const { folder, docker, hits } = await setUp();
    const script = `echo x >> "$DOCKER_CONFIG/calls.txt"; echo "# more" >> "${folder}/db.env"; echo '{name: x, services: {}}'`;
    await writeFile(path.join(docker.folder, "bin/docker"), `#!/bin/sh\n${script}\n`);
    await hits();
    await put(folder, "db.env", FILES["db.env"]);
    expect(await hits()).toBe(false);
  });

  test("a failure", async () => {
    const { docker, hits } = await setUp();
    await writeFile(path.join(docker.folder, "bin/docker"), "#!/bin/sh\necho bad >&2\nexit 1\n");
    await expect(hits()).toThrowWithCode("COMPOSE_INVALID");
    await expect(hits()).toThrowWithCode("COMPOSE_INVALID");
  });
});

describe("the kept file", () => {
  async function keep() {
    const folder = await folderWith(FILES);
    const parent = await folderWith({});
    const cacheFolder = path.join(parent, "deep/cache");
    const docker = await fakeDocker(printing("name: shop\nservices: { db: { image: a$$b } }"));
    const run = () =>
      resolveCompose({
        files: ["compose.yaml"],
        projectFolder: folder,
        environment: docker.env,
        cacheFolder,
        signal: AbortSignal.timeout(10_000),
      });
    const first = await run();
    return { cacheFolder, docker, run, first };
  }

  test("is for its owner only, alone, and gives back the same", async () => {
    const { cacheFolder, run, first, docker } = await keep();
    const names = await readdir(cacheFolder);
    expect(names).toEqual([expect.stringMatching(/^compose-[0-9a-f]{24}\.json$/)]);
    expect((await stat(path.join(cacheFolder, names[0] ?? ""))).mode & 0o777).toBe(0o600);
    expect(await run()).toEqual(first);
    expect(await docker.calls()).toHaveLength(1);
  });

  test.each(["", "{", "null", '{"format":0}', "garbage"])("is made anew when it holds %o", async (text) => {
    const { cacheFolder, run, first } = await keep();
    const [name = ""] = await readdir(cacheFolder);
    await writeFile(path.join(cacheFolder, name), text);
    expect(await run()).toEqual(first);
    expect((await readFile(path.join(cacheFolder, name), "utf8")).length).toBeGreaterThan(100);
  });

  test("that cannot be written is no failure", async () => {
    const { cacheFolder, run, first } = await keep();
    await rm(cacheFolder, { recursive: true });
    await writeFile(cacheFolder, "a file in the way");
    expect(await run()).toEqual(first);
  });
});
