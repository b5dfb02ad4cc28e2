import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProject } from "../load.ts";
import { makeFolder } from "../testing/folder.ts";
import { gatherFacts } from "./facts.ts";
import { proposeConfig } from "./propose.ts";
import { writeConfig } from "./write.ts";

const COMPOSE =
  "services:\n  db: { image: postgres:17 }\n  cache: { image: docker.io/library/redis }\n  web: { build: . }\n";

/** What init writes for these files, and what that means when it is read again. */
async function propose(files: Record<string, string>) {
  await using folder = await makeFolder(files);
  const environment = folder.environment();
  const text = proposeConfig(await gatherFacts({ root: folder.path, environment }));
  await writeConfig({ root: folder.path, text, environment });
  return { text, project: await loadProject({ environment }) };
}

describe("proposeConfig", () => {
  it.each([
    ["FROM a\n", "# release:"],
    ["FROM a AS test\nRUN pytest\nFROM b\n", "# release:"],
    ["FROM a AS tools\nFROM b\n", "release: stage-1   # the last stage, which has no name"],
    ["FROM a AS x\nFROM b AS y\n", "release: y   # a guess"],
    ["FROM a AS x\nFROM b AS x\nFROM c AS test\nFROM d\n", "release: stage-3   # the last stage"],
    ["FROM a AS base-amd64\nFROM b AS base-arm64\nFROM base-${TARGETARCH} AS final\n", "release: final\n"],
  ])("for %j says which stage ships, and what it says is understood", async (dockerfile, expected) => {
    const { text, project } = await propose({ Dockerfile: dockerfile });
    expect(text).toContain(`  ${expected}`);
    expect(project.config.image.release).toBe(project.dockerfile.stages.at(-1)?.key);
  });

  it("finds compiled Go tests where the test stage has them", async () => {
    const { project, text } = await propose({
      Dockerfile: `FROM golang AS build
RUN for p in $(go list ./...); do go test -c -o /out/tests/$p.test $p; done
FROM debian AS release
EXPOSE 8080
FROM release AS test
COPY --from=build /out/ /opt/
`,
      "compose.yaml": COMPOSE,
    });
    expect(project.config.image).toMatchObject({ release: "release", test: "test" });
    expect(project.suites).toMatchObject([
      { name: "tests", runner: "go", binaries: "/opt/tests", needs: ["db", "cache"], target: "test" },
    ]);
    expect(text).toContain("# compose: compose.yaml");
    expect(text).toContain("#   db: { migrations: migrations/*.sql }");
    expect(text).toContain('ready: "http://:8080/"');
    expect(project.warnings).toEqual([]);
  });

  it("finds Go tests that a script compiled", async () => {
    const { project } = await propose({
      Dockerfile:
        "FROM golang:1.24 AS build\nRUN ./compile.sh /out/tests\nFROM scratch AS release\nFROM release AS test\nCOPY --from=build /out/tests /tests\n",
    });
    expect(project.suites).toMatchObject([{ runner: "go", binaries: "/tests" }]);
  });

  it("finds pytest in the project's files, and names the stages of sibling targets", async () => {
    const { project } = await propose({
      Dockerfile: "FROM python:3.13 AS base\nFROM base AS prod\nFROM base AS dev\nRUN poetry install\n",
      "pyproject.toml": '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n',
    });
    expect(project.config.image).toMatchObject({ release: "prod", test: "dev" });
    expect(project.suites).toMatchObject([
      { runner: "pytest", command: ["python", "-m", "pytest"], target: "dev" },
    ]);
  });

  it("names pytest's own program where the image may have no `python`", async () => {
    const { project } = await propose({
      Dockerfile: "FROM debian AS test\nRUN apt-get install -y python3-pytest && pytest --version\n",
    });
    expect(project.suites).toMatchObject([{ runner: "pytest", command: ["pytest"] }]);
  });

  it("has a suite wait for what the app waits for, a migration for one, not for services that nobody knows", async () => {
    const { project } = await propose({
      Dockerfile: "FROM python AS release\nFROM release AS test\nRUN pip install pytest\n",
      "compose.yaml": `services:
  web: { build: { context: ., target: release }, depends_on: [migrate] }
  migrate: { build: { context: ., target: release }, depends_on: [db] }
  db: { image: "postgres:17" }
  mirror: { image: "acme/mirror" }
`,
    });
    expect(project.suites).toMatchObject([{ needs: ["db", "migrate"] }]);
  });

  it("takes further build contexts of the app's Compose service", async () => {
    const { project } = await propose({
      Dockerfile: "FROM a AS app\nCOPY --from=shared . .\nFROM app AS test\n",
      "compose.yaml": `services:
  app:
    build:
      target: app
      additional_contexts: { shared: ../shared, alpine: "docker-image://alpine:3", other: "service:other" }
`,
    });
    const shared = join(project.root, "../shared");
    expect(project.config.image.contexts).toEqual({ shared, alpine: "docker-image://alpine:3" });
  });

  it.each([
    ["node --test e2e/", { runner: "junit", command: ["node", "--test", "--test-reporter=junit"] }],
    ["vitest run", { runner: "command", command: ["npm", "test"] }],
  ])("takes package.json's test script %s", async (script, suite) => {
    const { project } = await propose({
      Dockerfile: "FROM node:24\n",
      "package.json": JSON.stringify({ scripts: { test: script } }),
    });
    expect(project.suites).toMatchObject([suite]);
  });

  it.each([
    ["mvn -B verify", { runner: "junit", reports: "/src/target/surefire-reports/*.xml" }],
    ["./gradlew build", { runner: "junit", reports: "/src/build/test-results/test/*.xml" }],
    ["cargo build", { runner: "command", command: ["cargo", "test", "--offline"] }],
  ])("sees %s in the stage that suites run in", async (run, suite) => {
    const { project } = await propose({ Dockerfile: `FROM a AS test\nWORKDIR /src\nRUN ${run}\n` });
    expect(project.suites).toMatchObject([suite]);
  });

  it("makes a suite of a Compose service for tests", async () => {
    const { project } = await propose({
      Dockerfile: "FROM a AS app\nFROM app AS test\n",
      "compose.yaml": `${COMPOSE}  api-tests: { build: { context: ., target: test }, command: [run, it] }\n`,
    });
    expect(project.suites).toMatchObject([{ name: "api-tests", service: "api-tests" }]);
  });

  describe("the environment of a suite", () => {
    const Dockerfile =
      "FROM python AS base\nFROM base AS release\nEXPOSE 80\nFROM release AS test\nRUN pip install pytest\n";
    const build = (target: string) => `build: { context: ., target: ${target} }`;

    it("is that of the Compose service that runs the release stage, with its variables as they are written", async () => {
      const { project, text } = await propose({
        Dockerfile,
        "compose.yaml": `services:
  worker: { ${build("base")}, environment: { QUEUE: worker } }
  web:
    ${build("release")}
    environment:
      DATABASE_URL: postgres://app:\${DB_WORD:-app}@db/app
      PORT: 8080
      DEBUG: true
      PRICE: $$5
      PASSED_ON:
  db: { image: "postgres:17", environment: { POSTGRES_PASSWORD: app } }
`,
      });
      expect(text).toContain("    # as the Compose service web has it\n    env:\n");
      expect(text).toContain('      DATABASE_URL: "postgres://app:${DB_WORD:-app}@db/app"\n');
      expect(project.suites).toMatchObject([
        {
          name: "tests",
          env: { DATABASE_URL: "postgres://app:app@db/app", PORT: "8080", DEBUG: "true", PRICE: "$5" },
        },
      ]);
      expect(project.suites[0]?.env).not.toHaveProperty("QUEUE");
    });

    it("may be a list, come from files, and be spread over several Compose files", async () => {
      const { project, text } = await propose({
        Dockerfile,
        "compose.yaml": `services:\n  web:\n    ${build("release")}\n    environment: [A=1, B=1]\n    env_file: config/app.env\n`,
        "compose.override.yaml":
          "services:\n  web:\n    environment: { B: 2 }\n    env_file: [{ path: own.env, required: false }]\n",
        "config/app.env": "FROM_FILE=yes\nA=file\n",
      });
      expect(text).toContain("env_file: [config/app.env, { path: own.env, required: false }]");
      expect(text.match(/env_file/g)).toHaveLength(2);
      expect(project.suites[0]?.env).toEqual({ FROM_FILE: "yes", A: "1", B: "2" });
    });

    it("is that of the only service of the Dockerfile, whichever stage that builds, never that of one for tests", async () => {
      const compose = (services: string) => `services:\n  ${services}\n`;
      const only = await propose({
        Dockerfile,
        "compose.yaml": compose(`web: { ${build("base")}, environment: { A: web } }`),
      });
      expect(only.project.suites[0]?.env).toEqual({ A: "web" });
      const tests = await propose({
        Dockerfile,
        "compose.yaml": compose(`web-tests: { ${build("release")}, environment: { A: tests } }`),
      });
      expect(tests.project.suites.map(({ name, env }) => [name, env])).toEqual([
        ["tests", {}],
        ["web-tests", {}],
      ]);
      expect(tests.text).not.toContain("A: tests");
    });

    it("is said of the app too, in the comment that shows one, with the stage's own name", async () => {
      const { text } = await propose({
        Dockerfile: Dockerfile.replace("release\nEXPOSE", "prod\nEXPOSE").replace(
          "FROM release",
          "FROM prod",
        ),
        "compose.yaml": `services:\n  web: { ${build("prod")}, environment: { A: web } }\n`,
      });
      expect(text).toContain("  #   app:\n  #     image: prod\n  #     ports: [80]\n");
      expect(text).toContain("  #     env:\n  #       A: web\n");
    });
  });

  it("guesses a release stage among several leaves, and says that it is a guess", async () => {
    const { project, text } = await propose({ Dockerfile: "FROM a AS one\nFROM a AS two\nFROM a AS test\n" });
    expect(project.config.image).toMatchObject({ release: "two", test: "test" });
    expect(text).toContain("# a guess");
  });

  it("says nothing that is not so for a plain Dockerfile", async () => {
    const { project, text } = await propose({ Dockerfile: "FROM a\n" });
    expect(project.suites).toEqual([]);
    expect(project.config.image.release).toBe("stage-0");
    expect(text).toContain("# suites:");
  });

  it("is right again with every comment that shows a setting turned on", async () => {
    const { text } = await propose({
      Dockerfile: "FROM golang AS release\nRUN go test -c -o /out/tests/ ./...\nEXPOSE 80\n",
      "compose.yaml": COMPOSE.replace("build: .", "build: ., environment: { LEVEL: debug, TOKEN: }"),
    });
    const settings = text
      .split("\n")
      .map((line) => line.replace(/^( *)# (?=( *)([\w-]+: ?|#))/, "$1"))
      .filter((line) => !/^ *stage .* compiles/.test(line));
    expect(settings.join("\n")).toContain("\nrelease:\n");
    await using folder = await makeFolder({
      Dockerfile: "FROM a AS release\nFROM a AS test\n",
      "compose.yaml": COMPOSE,
      ".env.test": "",
      "migrations/1.sql": "",
      "home/.npmrc": "x",
    });
    await writeFile(join(folder.path, "seatrial.yaml"), settings.join("\n"));
    const builtin = async () => "abc";
    const project = await loadProject({ environment: folder.environment(), builtin });
    expect(project.config).toMatchObject({
      release: { tags: ["abc", "abc"], cache: true },
      check: { user: "non-root" },
    });
    expect(project.suites.map(({ name }) => name)).toEqual(["tests", "api"]);
  });
});

describe("writeConfig", () => {
  it("never overwrites a configuration, whatever its ending", async () => {
    for (const name of ["seatrial.yaml", "seatrial.yml"]) {
      await using folder = await makeFolder({ [name]: "name: mine\n" });
      const write = writeConfig({ root: folder.path, text: "x", environment: folder.environment() });
      await expect(write).toThrowWithCode("CONFIG_EXISTS");
      expect(await readFile(join(folder.path, name), "utf8")).toBe("name: mine\n");
    }
  });

  it("lets only one of several writers win", async () => {
    await using folder = await makeFolder({});
    const environment = folder.environment();
    const writes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        writeConfig({ root: folder.path, text: `${index}`, environment }),
      ),
    );
    expect(writes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("says when the folder cannot be written to", async () => {
    await using folder = await makeFolder({});
    const environment = folder.environment();
    const write = writeConfig({ root: join(folder.path, "nowhere"), text: "x", environment });
    await expect(write).toThrowWithCode("CONFIG_NOT_WRITTEN");
  });
});
