import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("secrets");

it("secrets that every program prints are in nothing that a run prints or writes", async () => {
  const name = named("shown");
  const secrets = {
    composeFile: "compose-file-value-8c1f",
    composeEnvironment: "compose-environment-value-77aa",
    buildFile: "build-file-value-2d3e",
    buildEnvironment: "build-environment-value-5f6a",
    host: "host-token-value-b7b8",
    envFile: "env-file-password-c0de",
    composeLiteral: "compose-literal-value-d4d5",
    composeEnvFile: "compose-env-file-value-9f9e",
    named: "plain-looking-value-e1e2",
  };
  await using folder = await project({
    Dockerfile: `
      FROM debian:13
      RUN --mount=type=secret,id=npmrc --mount=type=secret,id=key \\
        echo ${name}; cat /run/secrets/npmrc /run/secrets/key
    `,
    npmrc: `//registry.example.com/:_authToken=${secrets.buildFile}\n`,
    "password.txt": `${secrets.composeFile}\n`,
    ".environment": `DB_PASSWORD=${secrets.envFile}\n`,
    ".service": `SERVICE_PASSWORD=${secrets.composeEnvFile}\n`,
    "compose.yaml": `
      services:
        app:
          image: debian:13
          secrets: [file, variable]
          environment:
            API_TOKEN: "\${API_TOKEN}"
            SERVICE_TOKEN: ${secrets.composeLiteral}
          env_file: .service
          command:
            - sh
            - -c
            - |
              cat /run/secrets/file /run/secrets/variable; echo
              env | sort
              cat /run/secrets/file | base64 >&2
              exec sleep infinity
      secrets:
        file: { file: ./password.txt }
        variable: { environment: DEPLOY_KEY }`,
    "seatrial.yaml": `
      name: ${name}
      image: { secrets: { npmrc: { file: npmrc }, key: { env: BUILD_KEY } } }
      redact: [ODD]
      services: { app: { ready: started } }
      suites:
        prints:
          needs: [app]
          env_file: .environment
          env: { API_TOKEN: "\${API_TOKEN}", ODD: "\${ODD}" }
          artifacts: [/tmp/left.log]
          command:
            - sh
            - -c
            - >-
              echo $$DB_PASSWORD; env | sort; printf $$API_TOKEN | base64;
              env > $$SEATRIAL_RESULTS/env.txt; env | sort > /tmp/left.log; printf "\\0$$API_TOKEN" > $$SEATRIAL_RESULTS/core; exit 1
        report:
          runner: junit
          env: { API_TOKEN: "\${API_TOKEN}" }
          command:
            - sh
            - -c
            - >-
              echo "<testsuite><testcase name='t $$API_TOKEN'><failure message='m $$API_TOKEN'>o $$API_TOKEN</failure></testcase></testsuite>"
              > $$SEATRIAL_RESULTS/own.xml`,
  });
  const env = {
    API_TOKEN: secrets.host,
    DEPLOY_KEY: secrets.composeEnvironment,
    BUILD_KEY: secrets.buildEnvironment,
    ODD: secrets.named,
  };
  // Of base64, what does not depend on what follows.
  const base64 = (secret: string) =>
    Buffer.from(secret.slice(0, secret.length - (secret.length % 3))).toString("base64");
  const forms = Object.values(secrets).flatMap((secret) => [secret, base64(secret)]);
  const shownIn = (text: string) => forms.filter((form) => text.includes(form));

  for (const flags of [["--dry-run"], ["--dry-run", "--json"], ["--json"], []]) {
    const ended = await seatrial(["run", ...flags], { cwd: folder.folder, env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(flags.includes("--dry-run") ? 0 : 1);
    expect(shownIn(ended.stdout + ended.stderr)).toEqual([]);
  }
  const outcome = await latestOutcome(folder.folder);
  expect(outcome.problems).toEqual([]);
  expect(outcome.suites.map((suite) => suite.counts.failed)).toEqual([1, 1]);

  const runs = `${folder.folder}/.seatrial/runs`;
  const masked = new Map<string, number>();
  for (const file of await readdir(runs, { recursive: true })) {
    if (!/\.(log|json|ndjson|xml|txt)$/.test(file)) continue;
    const text = await readFile(`${runs}/${file}`, "utf8");
    expect(shownIn(text), file).toEqual([]);
    const name = basename(file);
    masked.set(name, (masked.get(name) ?? 0) + text.split("[redacted]").length - 1);
  }
  // They were really printed, in two runs; the second one's build was cached.
  expect(Object.fromEntries(masked)).toMatchObject({ "app.log": 12, "suite-prints.log": 10, "build.log": 2 });
  // What suites leave is theirs, and shown in CI all the same; what is no text stays as it is.
  for (const left of ["env.txt", "left.log", "own.xml"]) expect(masked.get(left), left).toBe(2 * 3);
  const core = await readFile(`${folder.folder}/.seatrial/latest/results/prints/core`, "latin1");
  expect(core).toBe(`\0${secrets.host}`);
  expect(masked.get("junit.xml")).toBeGreaterThanOrEqual(2 * 4);
  expect(masked.get("events.ndjson")).toBeGreaterThanOrEqual(2 * 4);
});

it("whoever builds is asked for the values of its secrets first, and nothing was begun", async () => {
  const name = named("missing");
  const profile = "3";
  const unit = {
    ...{ version: 1, run: "r", service: "api", instance: "1", boot: "1", workingDir: "/app", argv: [] },
    ...{ startedAt: "2026-01-02T10:15:00Z", endedAt: "2026-01-02T10:16:00Z", problems: [] },
    files: [
      {
        path: "python/.coverage",
        bytes: profile.length,
        digest: `sha256:${createHash("sha256").update(profile).digest("hex")}`,
      },
    ],
  };
  await using folder = await project({
    Dockerfile: "FROM debian:13 AS release\nRUN --mount=type=secret,id=npm true\nFROM release AS test\n",
    "compose.yaml": "services: { app: { build: { context: ., target: release } } }",
    "seatrial.yaml": `
      name: ${name}
      image: { release: release, test: test, secrets: { npm: { env: NPM_TOKEN } } }
      services: { app: { ready: started } }
      suites: { unit: { command: "true" }, integration: { command: "true", needs: [app] } }`,
    "units/api/1/1/manifest.json": JSON.stringify(unit),
    "units/api/1/1/python/.coverage": profile,
  });
  const builders = [
    ["run"],
    ["up"],
    ["shell", "unit", "--command", "true"],
    ["coverage", "report", "units", "--image", "test"],
  ];
  for (const words of builders) {
    const ended = await seatrial(words, { cwd: folder.folder });
    expect(ended.stderr + ended.stdout, words.join(" ")).toContain("[SECRET_NOT_FOUND]");
    expect(ended.code, words.join(" ")).toBe(2);
  }
  expect(await leftovers({ project: name })).toEqual([]);
  const runs = await readdir(`${folder.folder}/.seatrial/runs`).catch(() => []);
  expect(runs).toEqual([]);
});
