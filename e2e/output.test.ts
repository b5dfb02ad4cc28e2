import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createEmulator } from "../packages/seatrial/src/report/testing/emulator.ts";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, type Ended, latestOutcome, PROGRAM, startCommand } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("output");

/** Runs the program as a part of a line of shell, in which it is `seatrial`. */
async function shell(line: string, cwd: string): Promise<Ended> {
  const script = `set -o pipefail; seatrial() { '${process.execPath}' '${PROGRAM}' "$@"; }; ${line}`;
  return await startCommand(["bash", "-c", script], { cwd }).ended;
}

async function chattyProject(name: string, command: string) {
  return await project({
    Dockerfile: "FROM debian:13\n",
    "compose.yaml": "services: { db: { image: 'debian:13', command: sleep infinity } }\n",
    "seatrial.yaml": `
      name: ${name}
      services: { db: { ready: started } }
      suites: { says: { needs: [db], command: [sh, -c, "sleep 1; ${command}"] } }`,
  });
}

it.each([
  { line: "seatrial run | head -n 1", command: "exit 0", code: 0 },
  { line: "seatrial run | head -n 1", command: "exit 1", code: 1 },
  { line: "seatrial run --json | head -n 1", command: "exit 1", code: 1 },
  { line: "seatrial run | true", command: "exit 1", code: 1 },
])(
  "`$line` is a run like any other, of a suite that ends with `$command`",
  async ({ line, command, code }) => {
    const name = named("reader-left");
    await using folder = await chattyProject(name, command);
    const ended = await shell(line, folder.folder);
    expect(ended.code, ended.stdout + ended.stderr).toBe(code);
    expect(complaintsOf(ended)).toEqual([]);
    expect(ended.stdout.split("\n").length).toBeLessThanOrEqual(2);
    expect((await latestOutcome(folder.folder)).status).toBe(code === 0 ? "passed" : "failed");
    const events = await readFile(`${folder.folder}/.seatrial/latest/events.ndjson`, "utf8");
    expect(events.trimEnd().split("\n").at(-1)).toContain('"type":"run-finished"');
    expect(await leftovers({ project: name })).toEqual([]);
  },
);

it("output that is lost otherwise is told, and passing is then no success", async () => {
  const name = named("full");
  await using folder = await chattyProject(name, "exit 0");
  const ended = await shell("seatrial run > /dev/full", folder.folder);
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toMatch(/^✖ The output could not be written: ENOSPC: .*\n$/);
  expect((await latestOutcome(folder.folder)).status).toBe("passed");
  expect(await leftovers({ project: name })).toEqual([]);
});

/** Stops the program as Ctrl-Z does once its tree shows that the suite runs, writes where it has stopped, and goes on with it. */
const STOPPING = `
  stty rows 24 cols 80
  set -m
  '${process.execPath}' '${PROGRAM}' test &
  until grep -q '• says' screen; do sleep 0.05; done
  kill -TSTP $!
  until grep -q '^State:.T' /proc/$!/status; do sleep 0.05; done
  echo the shell was here
  kill -CONT $!
  wait -f $!
`;

it("on a terminal it is a tree that leaves its last state, and what the shell writes while the program is stopped", async () => {
  const name = named("terminal");
  await using folder = await chattyProject(name, "exit 0");
  await folder.write("stopping.sh", STOPPING);
  const recorded = ["script", "-qefc", "bash stopping.sh", "screen"];
  const env = { TERM: "xterm", NO_COLOR: "1" };
  const ended = await startCommand(recorded, { cwd: folder.folder, env }).ended;
  expect(ended.code, ended.stdout).toBe(0);
  const emulator = createEmulator();
  emulator.write(ended.stdout.replaceAll("\r\n", "\n"));
  const lines = emulator.lines();
  const at = lines.indexOf("the shell was here");
  expect(lines[at - 1]).toMatch(/^• says +\d\.\d s/);
  expect(lines.slice(at + 1)).toEqual([
    expect.stringMatching(/^✔ build +stage-0 +\d/),
    expect.stringMatching(/^✔ db +ready +\d/),
    expect.stringMatching(/^✔ says +1 passed +\d/),
    "",
    expect.stringMatching(/^passed/),
    expect.stringMatching(/^results: /),
    "",
  ]);
  expect(await leftovers({ project: name })).toEqual([]);
});
