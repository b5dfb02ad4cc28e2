import { expect, it } from "vitest";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial, start } from "./support/program.ts";
import { project } from "./support/project.ts";

const nameOf = projectNames("own-image");

it("each suite runs in the image of its own target, however alike their names are", async () => {
  const name = nameOf("alike");
  const stage = (key: string, says: string) =>
    `FROM debian:13 AS ${key}\nRUN echo ${name} ${says} > /which\n`;
  await using folder = await project({
    Dockerfile: [
      ...[stage("unit.test", "dot"), stage("unit-test", "dash"), stage("Unit_Test", "line")],
      ...[stage("service-api", "stage"), stage("release", "release")],
    ].join(""),
    "compose.yaml": JSON.stringify({
      services: {
        api: {
          // What Compose makes of it is for the shell of the step, and not for bake.
          build: {
            context: ".",
            dockerfile_inline: `FROM debian:13\nRUN WHO=service; echo ${name} "$\${WHO}" > /which\n`,
          },
          command: ["sh", "-c", "grep service /which && sleep 60"],
        },
      },
    }),
    "seatrial.yaml": JSON.stringify({
      name,
      image: { release: "release" },
      suites: Object.fromEntries(
        Object.entries({
          "unit.test": "dot",
          "unit-test": "dash",
          unit_test: "line",
          "service-api": "stage",
        }).map(([target, says]) => [
          says,
          { target, command: ["grep", says, "/which"], ...(says === "stage" ? { needs: ["api"] } : {}) },
        ]),
      ),
    }),
  });
  const ended = await seatrial(["run"], { cwd: folder.folder });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const { images } = await latestOutcome(folder.folder);
  expect(new Set(images.map(({ imageId }) => imageId)).size).toBe(6);
});

it("a secret of the env file, and arguments with a dollar sign, reach the build", async () => {
  const name = nameOf("secret");
  await using folder = await project({
    Dockerfile: [
      "FROM debian:13",
      "ARG FMT",
      `RUN --mount=type=secret,id=token,required=true echo ${name} && [ "$(wc -c < /run/secrets/token)" = 11 ]`,
      'RUN printf %s "$FMT" > /fmt',
    ].join("\n"),
    ".env": "BUILD_TOKEN=from-dotenv\n",
    "seatrial.yaml": `
      name: ${name}
      image: { args: { FMT: "a $\${HOME} %{c}" }, secrets: { token: { env: BUILD_TOKEN } } }
      suites: { fmt: { command: [grep, -Fx, "a $\${HOME} %{c}", /fmt] } }
    `,
  });
  const ended = await seatrial(["run"], { cwd: folder.folder });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
});

it("containers are started by image id, and another run that builds meanwhile changes nothing of that", async () => {
  const name = nameOf("moved");
  const files = (says: string, seconds: number) => ({
    Dockerfile: `FROM debian:13\nRUN echo ${name} ${says} > /which\n`,
    "seatrial.yaml": `
      name: ${name}
      suites: { which: { command: [sh, -c, "grep ${says} /which && sleep ${seconds}"] } }
    `,
  });
  await using folder = await project(files("first", 100));
  const program = start(["run", "--json"], { cwd: folder.folder });
  const begun = await program.event((event) => event.type === "node-started" && event.node.kind === "suite");
  expect(begun.type).toBe("node-started");
  const container = await docker("ps", "--quiet", "--no-trunc", "--filter", `label=seatrial.project=${name}`);
  const first = await docker("image", "inspect", "--format", "{{.Id}}", `seatrial/${name}:stage-0`);

  for (const [file, text] of Object.entries(files("second", 0))) await folder.write(file, text);
  const second = await seatrial(["run"], { cwd: folder.folder });
  expect(second.code, second.stdout + second.stderr).toBe(0);
  const outcome = await latestOutcome(folder.folder);
  const moved = await docker("image", "inspect", "--format", "{{.Id}}", `seatrial/${name}:stage-0`);
  expect(outcome.images.map(({ imageId }) => imageId)).toEqual([moved]);
  expect(moved).not.toBe(first);

  // What it was asked to start, what it runs, and that the name which holds it is still there.
  expect(await docker("inspect", "--format", "{{.Config.Image}} {{.Image}}", container)).toBe(
    `${first} ${first}`,
  );
  expect(await docker("image", "inspect", "--format", "{{.RepoTags}}", first)).toMatch(
    new RegExp(`^\\[seatrial/${name}:stage-0\\.\\d{8}-\\d{6}-\\w{6}\\]$`),
  );
  program.child.kill("SIGINT");
  expect((await program.ended).code).toBe(130);
});
