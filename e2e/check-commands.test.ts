import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const from = `${ROOT}/fixtures/check-commands`;
const named = projectNames("check-commands");

let folder: TestProject;
let name: string;

beforeAll(async () => {
  name = named("probe");
  folder = await project({}, { from });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Checks one of the fixture's images with this as the section `check`. */
async function check(release: "tiny" | "rich", section: string) {
  await folder.write(
    "seatrial.yaml",
    `{ name: ${name}, image: { release: ${release} }, check: { secrets: false, ${section} } }`,
  );
  const ended = await seatrial(["check", "--no-color"], { cwd: folder.folder });
  const { check: checked } = await latestOutcome(folder.folder);
  const cases = (checked?.results ?? []).map(({ group, name: test, status }) => [`${group} ${test}`, status]);
  const said = (test: string) => checked?.results.find((each) => each.name === test);
  return { ended, cases: Object.fromEntries(cases) as Record<string, string>, said };
}

describe("an image from scratch, without a shell, whose user is nobody", () => {
  it("shows that commands cannot be run: not found passes, a file that is no program fails", async () => {
    const { ended, cases, said } = await check("tiny", "absent: [sh, gcc, /bin/bash, pytest]");
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    expect(cases).toMatchObject({
      "check.absent sh: executable not found": "passed",
      "check.absent gcc: executable not found": "passed",
      "check.absent /bin/bash: executable not found": "passed",
      "check.absent pytest: executable not found": "failed",
    });
    expect(said("pytest: executable not found")?.message).toMatch(/\/bin\/pytest: permission denied/);
    const junit = await readFile(`${folder.folder}/.seatrial/latest/junit.xml`, "utf8");
    expect(junit).toContain('<testcase classname="check.absent" name="gcc: executable not found"');
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("is started as it is, answers, and ends on its own stop signal", async () => {
    const { ended, said } = await check("tiny", "entrypoint: { ready: 'http://:8080/healthz' }");
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(said("starts and answers")?.output).toMatch(
      /http \/healthz on port 8080 answered after .*\nIt ended with exit code 0 .* after SIGINT/,
    );
    const log = await readFile(`${folder.folder}/.seatrial/latest/logs/check.log`, "utf8");
    expect(log).toContain("listening as 65534");
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("answers at the port that it exposes when nothing else is said, and is warned about when it must be killed", async () => {
    const { ended, said } = await check("tiny", "entrypoint: { env: { STUBBORN: 'yes' } }");
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(said("starts and answers")?.output).toMatch(
      /port 8080 answered after .*\nWarning: it did not end within 10\.?0? s of SIGINT/,
    );
  });

  it("fails with its last lines when it ends instead of answering", async () => {
    const { ended, said } = await check("tiny", "entrypoint: { env: { FAIL: 'no route' } }");
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    expect(said("starts and answers")).toMatchObject({
      status: "failed",
      message: "It ended with exit code 3 before it answered.",
      output: "no database: no route",
    });
  });

  it("fails when it answers somewhere else, with what was seen at the deadline", async () => {
    const { said } = await check("tiny", "entrypoint: { ready: 'tcp://:9999', deadline: 1s }");
    expect(said("starts and answers")?.message).toMatch(/within 1\.0 s: port 9999: .*refused/);
  });

  it("may be a command that ends with a code", async () => {
    const { ended, said } = await check("tiny", "entrypoint: { exit: 3, env: { FAIL: 'x' } }");
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(said("ends with exit code 3")?.status).toBe("passed");
    const other = await check("tiny", "entrypoint: { exit: 0, env: { FAIL: 'x' } }");
    expect(other.said("ends with exit code 0")?.message).toMatch(/exit code 3, expected exit code 0/);
  });
});

// What container-structure-test 1.19.1 itself says of these files and this image, compared case by case. The one difference: it does
// not give its command tests the capabilities that options.json asks for.
describe("files of container-structure-test", () => {
  it("run as they are, and pass", async () => {
    const { ended, cases } = await check("rich", "structure: [passing.yaml, options.json]");
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(Object.keys(cases)).toHaveLength(22);
    expect(new Set(Object.values(cases))).toEqual(new Set(["passed"]));
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("fail in each case where the image is otherwise, and say how", async () => {
    const { ended, cases, said } = await check("rich", "structure: failing.yaml");
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    expect(Object.keys(cases)).toHaveLength(21);
    expect(new Set(Object.values(cases))).toEqual(new Set(["failed"]));
    const message = (test: string) => said(`failing.yaml: ${test}`)?.message;
    expect(message("Command Test: no such command")).toMatch(/executable not found/);
    expect(message("Command Test: not executable")).toMatch(/permission denied/);
    expect(message("File Existence Test: permissions")).toBe(
      "/opt/app/notes.txt has the permissions -rw-r-----, expected -rw-rw-rw-.",
    );
    expect(message("File Existence Test: there")).toBe("/opt/app/dangling exists: Lrwxrwxrwx.");
    expect(message("License Test")).toContain("/opt/licenses/bad names the license AGPL.");
    expect(message("Metadata Test")).toContain('The variable MODE is "production", expected "debug".');
  });

  it("are told about with their place when they are wrong, before anything is built", async () => {
    await folder.write("wrong.yaml", 'schemaVersion: 2.0.0\ncommandTests: [{ name: a, comand: "true" }]\n');
    await folder.write(
      "seatrial.yaml",
      `{ name: ${name}, image: { release: rich }, check: { structure: wrong.yaml } }`,
    );
    const ended = await seatrial(["check"], { cwd: folder.folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /wrong\.yaml:2:27: commandTests\[0\]: unknown key "comand"; did you mean "command"/,
    );
  });
});
