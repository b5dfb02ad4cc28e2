import { execFile } from "node:child_process";
import { access, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const run = promisify(execFile);
const named = projectNames("package");

async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(`${ROOT}/packages/seatrial/package.json`, "utf8"));
  return version;
}

/** What a machine with an engine and Node alone has on its PATH: no Go, no git, no compiler. */
async function engineAlone(folder: string): Promise<Record<string, string>> {
  await mkdir(folder);
  await symlink(process.execPath, `${folder}/node`);
  await symlink(await found("docker"), `${folder}/docker`);
  return { PATH: folder };
}

async function found(program: string): Promise<string> {
  for (const folder of process.env["PATH"]?.split(path.delimiter) ?? []) {
    const file = path.join(folder, program);
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  throw new Error(`${program} is not on the PATH`);
}

describe("the npm package", () => {
  let place: TestProject;
  let packed: { filename: string; files: { path: string }[] };
  beforeAll(async () => {
    place = await project({});
    // Nothing is built for it: other tests run from what is there.
    const argv = ["pack", "--ignore-scripts", "--json", "--pack-destination", place.folder];
    const { stdout } = await run("npm", argv, { cwd: `${ROOT}/packages/seatrial` });
    [packed] = JSON.parse(stdout);
  });
  afterAll(() => place[Symbol.asyncDispose]());

  it("packed and installed into an empty folder runs a project, with its own agent and nothing but an engine", async () => {
    const name = named("installed");
    await using folder = await project({
      "package.json": '{ "private": true }',
      "app/Dockerfile": "FROM debian:13\n",
      "app/compose.yaml": "services: { db: { image: 'redis:8' } }",
      "app/seatrial.yaml": `
        name: ${name}
        suites:
          ping: { needs: [db], command: [bash, -c, "exec 3<>/dev/tcp/db/6379; echo PING >&3; head -1 <&3 | grep PONG"] }
      `,
    });
    const home = folder.folder;
    expect(packed.filename).toBe(`seatrial-${await version()}.tgz`);
    const archive = `${place.folder}/${packed.filename}`;
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", archive], { cwd: home });

    const program = `${home}/node_modules/.bin/seatrial`;
    const env = await engineAlone(`${home}/bin`);
    const told = await seatrial(["--version"], { cwd: home, program, env });
    expect(told.stdout.trim()).toBe(await version());
    const doctor = await seatrial(["doctor"], { cwd: `${home}/app`, program, env });
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.stdout).toContain(`${home}/node_modules/seatrial/dist/agent/`);
    const ended = await seatrial(["run"], { cwd: `${home}/app`, program, env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect((await latestOutcome(`${home}/app`)).suites[0]?.counts.passed).toBe(1);
    expect(await leftovers({ project: name })).toEqual([]);
    // A library, too.
    const library = 'import("seatrial").then((s) => console.log(typeof s.planRun, s.EXIT.unreachable))';
    const { stdout } = await run(process.execPath, ["-e", library], { cwd: home });
    expect(stdout.trim()).toBe("function 3");
  });

  it("has all that was built, the agent of each platform too, and nothing else", async () => {
    const files = packed.files.map(({ path }) => path);
    const own = `${ROOT}/packages/seatrial`;
    const agents = (await readdir(`${own}/dist/agent`)).map((name) => `dist/agent/${name}`);
    expect(files.filter((file) => file.startsWith("dist/agent/")).sort()).toEqual(agents.sort());
    const { bin, exports, scripts } = JSON.parse(await readFile(`${own}/package.json`, "utf8"));
    for (const file of JSON.stringify([bin, exports]).matchAll(/"\.\/([^"]+\.[a-z]+)"[,}]/g))
      expect(files).toContain(file[1]);
    expect(files.filter((file) => !/^(dist\/[^.]|schema\/)/.test(file))).toEqual([
      "README.md",
      "package.json",
    ]);
    // Of which platforms: whoever packs it for others builds it for each one before.
    expect(scripts).toEqual({ prepack: "node ../../scripts/build.mjs --all" });
  });

  it("is a program at the repository's root once it is built", async () => {
    const { stdout } = await run("node_modules/.bin/seatrial", ["--version"], { cwd: ROOT });
    expect(stdout.trim()).toBe(await version());
  });
});
