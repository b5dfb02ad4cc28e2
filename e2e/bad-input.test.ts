import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("bad-input");
const DOCKERFILE = "FROM debian:13\n";
const SUITES = 'suites: { unit: { command: "true" } }';

interface Mistake {
  title: string;
  files: Record<string, string>;
  args?: string[];
  env?: Record<string, string>;
  code: string;
  exitCode: number;
  /** What went wrong and where, and what to do, in the words of the error. */
  says: string[];
}

const MISTAKES: Mistake[] = [
  {
    title: "no Dockerfile",
    files: { "seatrial.yaml": SUITES },
    code: "DOCKERFILE_NOT_FOUND",
    exitCode: 2,
    says: ["Dockerfile", "hint:"],
  },
  {
    title: "a Dockerfile with an unknown instruction",
    files: { Dockerfile: "FROM debian:13\nRUNN true\n", "seatrial.yaml": SUITES },
    code: "DOCKERFILE_INVALID",
    exitCode: 2,
    says: ["Dockerfile:2:1", '"RUNN"', 'did you mean "RUN"'],
  },
  {
    title: "no such folder",
    files: {},
    args: ["-C", "no-such-folder", "run"],
    code: "CONFIG_NOT_FOUND",
    exitCode: 2,
    says: ["no-such-folder"],
  },
  {
    title: "several stages that nothing uses, and none said to ship",
    files: {
      Dockerfile: "FROM debian:13 AS prod\nFROM debian:13 AS dev\n",
      "seatrial.yaml": SUITES,
    },
    code: "CONFIG_RELEASE_AMBIGUOUS",
    exitCode: 2,
    says: ["prod (line 1), dev (line 2)", "hint: say which one ships: image: { release: prod }"],
  },
  {
    title: "a target that is no stage",
    files: {
      Dockerfile: "FROM debian:13 AS prod\n",
      "seatrial.yaml": 'image: { release: prod }\nsuites:\n  unit:\n    command: "true"\n    target: prodd\n',
    },
    code: "CONFIG_TARGET_UNKNOWN",
    exitCode: 2,
    says: ["seatrial.yaml:5:13", "prodd", 'did you mean "prod"'],
  },
  {
    title: "invalid YAML",
    files: { Dockerfile: DOCKERFILE, "seatrial.yaml": "name: app\nsuites:\n  unit: [\n" },
    code: "CONFIG_INVALID",
    exitCode: 2,
    says: ["seatrial.yaml:"],
  },
  {
    title: "an unknown key",
    files: {
      Dockerfile: DOCKERFILE,
      "seatrial.yaml": "suites:\n  unit:\n    comand: true\n    timout: 5m\n",
    },
    code: "CONFIG_INVALID",
    exitCode: 2,
    says: ["seatrial.yaml:3:5", 'did you mean "command"', "seatrial.yaml:4:5", 'did you mean "timeout"'],
  },
  {
    title: "a needed service that the Compose file does not have",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { postgres: { image: 'postgres:17' } }",
      "seatrial.yaml": 'suites: { unit: { command: "true", needs: [postgre] } }',
    },
    code: "CONFIG_INVALID",
    exitCode: 2,
    says: ["seatrial.yaml:1:", "postgre", 'did you mean "postgres"'],
  },
  {
    title: "a needed service without a Compose file",
    files: { Dockerfile: DOCKERFILE, "seatrial.yaml": 'suites: { unit: { command: "true", needs: [db] } }' },
    code: "CONFIG_INVALID",
    exitCode: 2,
    says: ["seatrial.yaml:1:", "db", "Compose file"],
  },
  {
    title: "services that wait for each other",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": `
        services:
          a: { image: "debian:13", depends_on: [b] }
          b: { image: "debian:13", depends_on: [a] }`,
      "seatrial.yaml": 'suites: { unit: { command: "true", needs: [a] } }',
    },
    code: "COMPOSE_CYCLE",
    exitCode: 2,
    says: ["a", "b", "depends_on"],
  },
  {
    title: "a Compose feature that a run cannot honour",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { proxy: { image: 'debian:13', network_mode: host } }",
      "seatrial.yaml": 'suites: { unit: { command: "true", needs: [proxy] } }',
    },
    code: "COMPOSE_UNSUPPORTED",
    exitCode: 2,
    says: ["network_mode: host", "service proxy (compose.yaml)", "hint:"],
  },
  {
    title: "a Compose file that Compose refuses",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { db: { image: 'debian:13', commandd: x } }",
      "seatrial.yaml": 'suites: { unit: { command: "true", needs: [db] } }',
    },
    code: "COMPOSE_INVALID",
    exitCode: 2,
    says: ["compose.yaml", "commandd"],
  },
  {
    title: "a suite that there is not",
    files: { Dockerfile: DOCKERFILE, "seatrial.yaml": SUITES },
    args: ["run", "--only", "units"],
    code: "SUITE_UNKNOWN",
    exitCode: 2,
    says: ['"units"', "Did you mean unit?"],
  },
  {
    title: "no suites at all",
    files: { Dockerfile: DOCKERFILE },
    code: "NO_SUITES",
    exitCode: 2,
    says: ["seatrial init"],
  },
  {
    title: "no engine at the socket",
    files: { Dockerfile: DOCKERFILE, "seatrial.yaml": SUITES },
    env: { DOCKER_HOST: "unix:///no/such/docker.sock" },
    code: "ENGINE_UNREACHABLE",
    exitCode: 3,
    says: ["/no/such/docker.sock", "hint:"],
  },
  {
    title: "no engine at the port",
    files: { Dockerfile: DOCKERFILE, "seatrial.yaml": SUITES },
    env: { DOCKER_HOST: "tcp://127.0.0.1:1" },
    code: "ENGINE_UNREACHABLE",
    exitCode: 3,
    says: ["127.0.0.1:1", "hint:"],
  },
  {
    title: "a home that is no folder",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { db: { image: debian:13 } }",
      "seatrial.yaml": SUITES,
    },
    env: { HOME: "/dev/null" },
    code: "DOCKER_CONFIG_INVALID",
    exitCode: 2,
    says: ["/dev/null/.docker", "(from HOME)", "hint: Set HOME to a folder"],
  },
];

const FAILURES: Mistake[] = [
  {
    title: "a build step that fails",
    files: {
      Dockerfile: "FROM debian:13\nRUN echo compiling && echo 'main.c:3: no semicolon' && exit 42\n",
      "seatrial.yaml": SUITES,
    },
    code: "BUILD_FAILED",
    exitCode: 1,
    says: ["RUN echo compiling", "exit code: 42", "│ main.c:3: no semicolon", "hint:", "logs/build.log"],
  },
  {
    title: "an image whose registry is away",
    files: {
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { db: { image: 'localhost:1/no/such:image' } }",
      "seatrial.yaml": 'suites: { unit: { command: "true", needs: [db] } }',
    },
    code: "REGISTRY_UNREACHABLE",
    exitCode: 3,
    says: ["localhost:1/no/such:image", "hint:"],
  },
];

describe("what fails when the work has begun is told once, and nothing is left", () => {
  it.each(FAILURES)("$title", async ({ files, code, exitCode, says }) => {
    const name = named("begun");
    await using folder = await project(files);
    await folder.write("seatrial.yaml", `name: ${name}\n${files["seatrial.yaml"]}`);
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(exitCode);
    expect(complaintsOf(ended)).toEqual([]);
    expect(ended.stdout.match(/\[[A-Z_]{4,}\]/g)).toEqual([`[${code}]`]);
    for (const words of says) expect(ended.stdout).toContain(words);
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a mistake is told once, with its place and the next step, before anything begins", () => {
  it.concurrent.each(MISTAKES)(
    "$title",
    async ({ files, args = ["run"], env = {}, code, exitCode, says }) => {
      await using folder = await project(files);
      const ended = await seatrial(args, { cwd: folder.folder, env });
      expect(ended.code, ended.stdout + ended.stderr).toBe(exitCode);
      expect(ended.stderr.match(/\[[A-Z_]+\]/g)).toEqual([`[${code}]`]);
      for (const words of says) expect(ended.stderr).toContain(words);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
      expect(ended.stdout).toBe("");
      expect(existsSync(`${folder.folder}/.seatrial`)).toBe(false);
    },
  );
});
