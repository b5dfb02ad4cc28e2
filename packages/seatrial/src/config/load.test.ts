import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { failureOf, makeFolder, sentencesOf } from "./testing/folder.ts";

const DOCKERFILE = "FROM debian AS base\nFROM base AS release\nEXPOSE 8000\nFROM release AS test\n";
const COMPOSE = "services:\n  postgres: { image: postgres }\n  redis: { image: redis }\n";
const CONFIG = "image: { release: release, test: test }\n";

async function load(files: Record<string, string>, env: Record<string, string> = {}) {
  await using folder = await makeFolder(files);
  const project = await loadProject({ environment: folder.environment(env) });
  return { project, path: folder.path };
}

async function failure(files: Record<string, string>, env: Record<string, string> = {}) {
  await using folder = await makeFolder(files);
  return await failureOf(loadProject({ environment: folder.environment(env) }));
}

describe("loadProject", () => {
  it("fills in every default", async () => {
    const { project, path } = await load({
      Dockerfile: DOCKERFILE,
      "compose.yaml": COMPOSE,
      "seatrial.yaml": `name: shop\n${CONFIG}suites:\n  unit: { binaries: /out/tests }\n  api:\n    command: [node, --test, --test-reporter=junit]\n    app: {}\n    spaces: { URL: postgres, HOST: postgres.host, NAME: { space: postgres, part: name } }\n`,
    });
    expect(project).toMatchObject({
      root: path,
      name: "shop",
      file: join(path, "seatrial.yaml"),
      composeFiles: [join(path, "compose.yaml")],
      envFiles: undefined,
      profiles: [],
      serviceProfiles: {},
      config: {
        image: {
          dockerfile: join(path, "Dockerfile"),
          context: path,
          release: "release",
          test: "test",
          contexts: {},
          args: {},
          secrets: [],
        },
        services: {},
        spaces: {},
        network: { pool: "10.213.0.0/16", size: 26 },
        redact: [],
      },
      secretValues: [],
      releaseVariables: [],
      warnings: [],
    });
    expect(project.suites).toMatchObject([
      {
        name: "unit",
        runner: "go",
        target: "test",
        binaries: "/out/tests",
        testdata: {},
        artifacts: [],
        needs: [],
        env: {},
        shards: 1,
        timeout: 600_000,
        allowEmpty: false,
        limits: {},
      },
      {
        name: "api",
        runner: "junit",
        target: "test",
        spaces: {
          URL: { space: "postgres", part: "url" },
          HOST: { space: "postgres", part: "host" },
          NAME: { space: "postgres", part: "name" },
        },
        app: { name: "app", target: "release", ports: [8000], env: {}, deadline: 60_000 },
      },
    ]);
  });

  it("finds the configuration upwards, and goes no further than the git repository", async () => {
    await using folder = await makeFolder({
      Dockerfile: "FROM a\n",
      "seatrial.yaml": "name: up\n",
      "a/b/x": "",
      "repo/Dockerfile": "FROM a\n",
    });
    await mkdir(join(folder.path, "repo/.git"));
    const environment = folder.environment();
    const below = await loadProject({ environment: { ...environment, cwd: join(folder.path, "a/b") } });
    expect(below).toMatchObject({ name: "up", root: folder.path });
    const repository = await loadProject({ environment, folder: "repo" });
    expect(repository).toMatchObject({ name: "repo", root: join(folder.path, "repo"), file: undefined });
  });

  it("takes another file by name, and its folder as the project", async () => {
    await using folder = await makeFolder({ "p/Dockerfile": "FROM a\n", "p/other.yaml": "name: other\n" });
    const project = await loadProject({ environment: folder.environment(), file: "p/other.yaml" });
    expect(project).toMatchObject({ name: "other", root: join(folder.path, "p") });
    const error = await failureOf(loadProject({ environment: folder.environment(), file: "p/none.yaml" }));
    expect(error).toMatchObject({ code: "CONFIG_NOT_FOUND", message: "no such file: p/none.yaml" });
    await expect(loadProject({ environment: folder.environment(), folder: "nowhere" })).toThrowWithCode(
      "CONFIG_NOT_FOUND",
    );
  });

  it("merges env files and env, and takes names alone from the environment", async () => {
    const { project } = await load(
      {
        Dockerfile: "FROM a\n",
        ".env": "FROM_DOTENV=dot\nSHELL_WINS=no\n",
        "a.env": "A=file\nB=file\nC=${FROM_DOTENV}-$B\n",
        "seatrial.yaml":
          'suites:\n  u:\n    command: x\n    env_file: [a.env, { path: none.env, required: false }]\n    env: { B: "env", D: , E: , F: "$SHELL_WINS" }\n',
      },
      { D: "given", SHELL_WINS: "yes" },
    );
    expect(project.suites[0]?.env).toEqual({ A: "file", B: "env", C: "dot-file", D: "given", F: "yes" });
    expect(project.usedVariables).toMatchObject({
      D: "given",
      E: undefined,
      FROM_DOTENV: "dot",
      SHELL_WINS: "yes",
    });
  });

  it("knows the profiles that services and what they depend on need, one each", async () => {
    const compose = `services:
  api: { image: a, profiles: [api, all], depends_on: [db, web] }
  db: { image: b, profiles: [data] }
  web: { image: c, depends_on: [api] }
  cache: { image: d }
`;
    const { project } = await load({ Dockerfile: "FROM a\n", "compose.yaml": compose });
    expect(project.serviceProfiles).toEqual({ api: ["api", "data"], db: ["data"], web: ["api", "data"] });
  });

  it("knows the services that are pulled for certain, with all that they depend on", async () => {
    const compose = `services:
  db: { image: a }
  queue: { image: b, depends_on: { db: { condition: service_started } } }
  api: { image: c, build: . }
  one: { image: d, depends_on: [other] }
  other: { image: e, depends_on: [one, api] }
  left: { image: f, depends_on: [right] }
  right: { image: g, depends_on: [left] }
  lost: { image: h, depends_on: [nowhere] }
  linked: { image: i, links: [api] }
  grown: { extends: { file: base.yaml, service: db } }
`;
    const files = { Dockerfile: "FROM a\n", "compose.yaml": compose };
    expect((await load(files)).project.pulledServices).toEqual(["db", "queue", "left", "right"]);
    const including = { ...files, "compose.yaml": `include: [more.yaml]\n${compose}` };
    expect((await load(including)).project.pulledServices).toEqual([]);
    const further = { ...files, "compose.override.yaml": "services: { db: { build: db } }\n" };
    expect((await load(further)).project.pulledServices).toEqual(["left", "right"]);
  });

  it("reads other env files in place of .env when they are named, and .env beside a Compose file elsewhere", async () => {
    const Dockerfile = "FROM a\n";
    const config = 'profiles: ["$P"]\n';
    const files = {
      Dockerfile,
      ".env": "P=dot",
      "deploy/.env": "P=deploy",
      "other.env": "P=other",
      "deploy/compose.yaml": COMPOSE,
    };
    const named = async (text: string) => {
      const { project, path } = await load({ ...files, "seatrial.yaml": text });
      return project.envFiles?.map((file) => relative(path, file));
    };
    expect(await named(config)).toBeUndefined();
    expect(await named("env_file: [other.env, { path: none.env, required: false }]\n")).toEqual([
      "other.env",
    ]);
    const raw = "env_file: [{ path: other.env, format: raw }]\n";
    expect(await named(raw)).toEqual(["other.env"]);
    const unread = await failure({ ...files, "seatrial.yaml": `${raw}compose: deploy/compose.yaml\n` });
    expect(unread).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("1:") });
    const profiles = async (text: string, env = {}) =>
      (await load({ ...files, "seatrial.yaml": text }, env)).project.profiles;
    expect(await profiles(config)).toEqual(["dot"]);
    expect(await profiles(`${config}env_file: other.env\n`)).toEqual(["other"]);
    expect(await profiles(`${config}compose: deploy/compose.yaml\n`)).toEqual(["deploy"]);
    expect(await profiles(config, { COMPOSE_ENV_FILES: "other.env" })).toEqual(["other"]);
    expect(await profiles(`${config}env_file: "$WHICH.env"\n`, { WHICH: "other" })).toEqual(["other"]);
    expect(await profiles('profiles: ["${P:-none}"]', { COMPOSE_DISABLE_ENV_FILE: "1" })).toEqual(["none"]);
    expect(await profiles(config, { P: "shell" })).toEqual(["shell"]);
  });

  it("finds Compose files as Compose does", async () => {
    const Dockerfile = "FROM a\n";
    const names = async (files: Record<string, string>, env = {}) => {
      const { project, path } = await load({ Dockerfile, ...files }, env);
      return project.composeFiles.map((file) => file.slice(path.length + 1));
    };
    expect(await names({})).toEqual([]);
    expect(await names({ "compose.yml": "", "docker-compose.yml": "" })).toEqual(["compose.yml"]);
    expect(await names({ "docker-compose.yml": "", "docker-compose.override.yml": "" })).toEqual([
      "docker-compose.yml",
      "docker-compose.override.yml",
    ]);
    expect(await names({ "a.yaml": "", "b.yaml": "" }, { COMPOSE_FILE: "a.yaml:b.yaml" })).toEqual([
      "a.yaml",
      "b.yaml",
    ]);
    expect(await names({ "compose.yaml": "", "c.yaml": "", "seatrial.yaml": "compose: [c.yaml]" })).toEqual([
      "c.yaml",
    ]);
    expect(await names({ "compose.yaml": "", "seatrial.yaml": "compose: []" })).toEqual([]);
    const error = await failure({ Dockerfile, "seatrial.yaml": "compose: none.yaml" });
    expect(error).toMatchObject({
      code: "COMPOSE_FILE_NOT_FOUND",
      message: "no such Compose file: none.yaml",
    });
  });

  it("leaves a broken Compose file to Compose", async () => {
    const { project } = await load({
      Dockerfile: "FROM a\n",
      "compose.yaml": "services: [\n",
      "seatrial.yaml": "suites: { u: { command: x, needs: [db] } }",
    });
    expect(project.suites[0]?.needs).toEqual(["db"]);
  });

  it("tells where a value of the file is", async () => {
    const { project } = await load({
      Dockerfile: "FROM a\n",
      "compose.yaml": COMPOSE,
      "seatrial.yaml": "suites:\n  u:\n    command: x\n    needs: [redis]\n",
    });
    expect(project.locate(["suites", "u", "needs", 0])).toEqual({
      place: "seatrial.yaml:4:13",
      frame: "  4 |     needs: [redis]\n    |             ^^^^^",
    });
    expect(project.locate(["suites", "u", "needs", 1])).toBeUndefined();
    expect(project.locate(["check"])).toBeUndefined();
  });

  it("warns when a stage for tests would ship by default", async () => {
    const { project } = await load({ Dockerfile: DOCKERFILE, "seatrial.yaml": "name: shop\n" });
    expect(project.config.image.release).toBe("test");
    expect(project.warnings).toEqual([
      "the last stage of Dockerfile, test (line 4), counts as the one that ships: say image.release",
    ]);
  });
});

describe("a project without seatrial.yaml", () => {
  it("takes its name from the Compose file, and its suites from services that are there for tests", async () => {
    const compose = `name: Shop
services:
  api: { build: . }
  api-tests: { build: { context: ., target: test }, command: pytest -x, depends_on: [db] }
  checks: { build: { context: ., target: e2e } }
  other-tests: { build: ./other }
  test-db: { image: postgres }
`;
    const { project } = await load({
      Dockerfile: "FROM a AS app\nFROM app AS test\nFROM test AS e2e\n",
      "compose.yaml": compose,
    });
    expect(project.name).toBe("shop");
    expect(project.suites).toMatchObject([
      { name: "api-tests", service: "api-tests", runner: "pytest", command: undefined, target: undefined },
      { name: "checks", service: "checks", runner: "command" },
    ]);
  });

  it("counts as what init would write for it", async () => {
    const files = {
      Dockerfile:
        "FROM golang AS build\nRUN ./compile-tests.sh /out/tests\nFROM scratch AS app\nFROM app AS test\nCOPY --from=build /out/tests /tests\n",
      "compose.yaml": "services: { db: { image: postgres:17 } }\n",
    };
    const { project } = await load(files);
    expect(project.file).toBeUndefined();
    expect(project.config.image).toMatchObject({ release: "app", test: "test" });
    expect(project.suites).toMatchObject([
      { name: "tests", runner: "go", binaries: "/tests", needs: ["db"], target: "test" },
    ]);
    expect(project.warnings).toEqual([]);
  });

  it("has no suites when nothing says how it is tested", async () => {
    expect((await load({ Dockerfile: "FROM a\n" })).project.suites).toEqual([]);
  });

  it("builds from the Dockerfile that its Compose file names", async () => {
    const compose = "services:\n  app: { build: { context: ., dockerfile: docker/app.Dockerfile } }\n";
    const { project, path } = await load({ "docker/app.Dockerfile": "FROM a\n", "compose.yaml": compose });
    expect(project.dockerfile.path).toBe(join(path, "docker/app.Dockerfile"));
  });

  it("and without a Dockerfile is told where we looked", async () => {
    const error = await failure({ "README.md": "" });
    expect(error).toMatchObject({
      code: "DOCKERFILE_NOT_FOUND",
      message: "no Dockerfile: looked for Dockerfile and Containerfile",
      exitCode: 2,
    });
    expect(error.hint).toContain("image: { dockerfile: path/to/Dockerfile }");
  });

  it("and with several last stages is asked which one ships", async () => {
    expect((await failure({ Dockerfile: "FROM a AS prod\nFROM a AS dev\n" })).code).toBe(
      "CONFIG_RELEASE_AMBIGUOUS",
    );
  });
});

describe("what the files beside seatrial.yaml do not have", () => {
  it("is an unknown stage, with the nearest one", async () => {
    const error = await failure({
      Dockerfile: DOCKERFILE,
      "seatrial.yaml":
        "image:\n  release: relase\n  test: Test\nsuites:\n  u: { command: x, target: nope, app: { image: bass } }\n",
    });
    expect(error.code).toBe("CONFIG_TARGET_UNKNOWN");
    expect(sentencesOf(error)).toEqual([
      'seatrial.yaml:2:12: no stage "relase" in Dockerfile; did you mean "release"?',
      'seatrial.yaml:5:28: no stage "nope" in Dockerfile; it has base (line 1), release (line 2), test (line 4)',
      'seatrial.yaml:5:48: no stage "bass" in Dockerfile; did you mean "base"?',
    ]);
  });

  it("is an unknown service, with the nearest one", async () => {
    const error = await failure({
      Dockerfile: "FROM a\n",
      "compose.yaml": COMPOSE,
      "seatrial.yaml":
        "suites:\n  u: { command: x, needs: [redis, postgre], spaces: { A: db, B: app }, app: {} }\nservices: { reddis: {} }\n",
    });
    expect(error.code).toBe("CONFIG_INVALID");
    expect(sentencesOf(error)).toEqual([
      'seatrial.yaml:2:35: no service "postgre" in compose.yaml; did you mean "postgres"?',
      'seatrial.yaml:2:58: no service "db" in compose.yaml',
      'seatrial.yaml:2:65: no service "app" in compose.yaml',
      'seatrial.yaml:3:21: no service "reddis" in compose.yaml; did you mean "redis"?',
    ]);
  });

  it("is not complained about when the Compose file includes others", async () => {
    const compose = `include: [other.yaml]\n${COMPOSE}`;
    const { project } = await load({
      Dockerfile: "FROM a\n",
      "compose.yaml": compose,
      "seatrial.yaml": "suites: { u: { command: x, needs: [db] } }",
    });
    expect(project.suites[0]?.needs).toEqual(["db"]);
  });

  it("is any service at all without a Compose file", async () => {
    const error = await failure({
      Dockerfile: "FROM a\n",
      "seatrial.yaml": "suites: { u: { command: x, needs: [db] } }",
    });
    expect(sentencesOf(error)).toEqual([
      'seatrial.yaml:1:36: "db" is a service of a Compose file, and the project has none',
    ]);
  });

  it("is a Dockerfile that the file names", async () => {
    const error = await failure({
      Dockerfile: "FROM a\n",
      "seatrial.yaml": "image: { dockerfile: docker/x }",
    });
    expect(error).toMatchObject({
      code: "DOCKERFILE_NOT_FOUND",
      message: "no such file: docker/x",
      hint: "it is named in seatrial.yaml:1:22",
    });
  });

  it("is an env file", async () => {
    const error = await failure({
      Dockerfile: "FROM a\n",
      "seatrial.yaml": "suites: { u: { command: x, env_file: no.env } }",
    });
    expect(error).toMatchObject({ code: "ENV_FILE_NOT_FOUND", message: "no such file: no.env" });
  });
});
