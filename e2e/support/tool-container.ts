import { execFile } from "node:child_process";
import { cp, realpath } from "node:fs/promises";
import { promisify } from "node:util";
import { docker } from "./engine.ts";
import { ROOT, type StartedProgram, startCommand } from "./program.ts";
import { project } from "./project.ts";
import type { SecondEngine } from "./second-engine.ts";

const run = promisify(execFile);

/** The tool in an image, with what it needs and a project whose only suite waits for `/go` in its container. */
export interface Tool {
  /** Runs it in a container that has the engine's socket. `minutesAhead` sets its clock forward. */
  run(options: { name: string; args: string[]; minutesAhead?: number }): StartedProgram;
}

const IMAGE = "seatrial-e2e-tool";

/** Builds the image in the engine that it is going to be used in. */
export async function startTool(options: { engine: SecondEngine; base: string }): Promise<Tool> {
  const { engine, base } = options;
  await using context = await project({
    Dockerfile: [
      `FROM ${base}`,
      "COPY docker /usr/local/bin/",
      "COPY plugins /usr/local/lib/docker/cli-plugins",
      "COPY package /opt/seatrial",
      "COPY project /project",
      "COPY clock.mjs /",
      "WORKDIR /project",
    ].join("\n"),
    "clock.mjs":
      "const now = Date.now; Date.now = () => now() + Number(process.env.MINUTES_AHEAD) * 60_000;\n",
    "project/Dockerfile": `FROM ${base}\n`,
    "project/compose.yaml": `services: { beside: { image: "${base}", command: sleep infinity } }`,
    "project/seatrial.yaml": `
      name: "\${PROJECT}"
      services: { beside: { ready: started } }
      suites:
        waits: { needs: [beside], timeout: 60s, command: [sh, -c, "until test -f /go; do sleep 0.1; done"] }`,
  });
  const { stdout } = await run("sh", ["-c", "command -v docker"]);
  await cp(await realpath(stdout.trim()), `${context.folder}/docker`);
  const plugins = JSON.parse(await docker("info", "--format", "{{json .ClientInfo.Plugins}}")) as {
    Name: string;
    Path: string;
  }[];
  for (const { Name, Path } of plugins.filter(({ Name }) => ["buildx", "compose"].includes(Name))) {
    await cp(await realpath(Path), `${context.folder}/plugins/docker-${Name}`, { recursive: true });
  }
  for (const part of ["package.json", "dist"])
    await cp(`${ROOT}/packages/seatrial/${part}`, `${context.folder}/package/${part}`, { recursive: true });
  await engine.docker("build", "--quiet", "--tag", IMAGE, context.folder);
  return {
    run({ name, args, minutesAhead }) {
      const clock = minutesAhead === undefined ? [] : ["--import", "/clock.mjs"];
      return startCommand(
        ["docker", "--host", `unix://${engine.socket}`, "run", "--rm", "--name", name].concat(
          ["--volume", `${engine.socket}:/var/run/docker.sock`],
          ["--env", `PROJECT=${name}`, "--env", `MINUTES_AHEAD=${minutesAhead ?? 0}`],
          [IMAGE, "node", ...clock, "/opt/seatrial/dist/main.js", ...args],
        ),
        { cwd: ROOT },
      );
    },
  };
}
