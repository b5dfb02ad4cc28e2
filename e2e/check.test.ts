import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunEvent } from "seatrial";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("check");
const TOKEN = "tok-aB3dE5fG7hJ9kL1mN2";

const ABSENT = ["pytest", "go", "npm", "pip", "apt-get"];

let shop: TestProject;
let name: string;
let cache: string;

beforeAll(async () => {
  const from = `${ROOT}/fixtures/check`;
  name = named("shop");
  const config = await readFile(`${from}/seatrial.yaml`, "utf8");
  shop = await project({ "seatrial.yaml": config.replace("name: shop", `name: ${name}`) }, { from });
  cache = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-cache-"));
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await rm(cache, { recursive: true, force: true });
});

async function check(release: string, ...args: string[]) {
  const env = { RELEASE: release, TESTED: release, TOKEN, XDG_CACHE_HOME: cache };
  return await seatrial(["check", ...args], { cwd: shop.folder, env });
}

/** What it was busy with, in order. */
function notes(stdout: string): string[] {
  const events = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as RunEvent]));
  return events.flatMap((event) =>
    event.type === "node-progress" && event.node.kind === "check" ? [event.note] : [],
  );
}

it("an image that may ship passes every check, and says how large it is", async () => {
  const ended = await check("clean");
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stdout).toMatch(/✔ check .* none of 5 commands and packages; non-root; 23 B/);
  expect(ended.stdout).toMatch(/release image: 23 B in 1 layer, about \d+ B with gzip/);
  const { check: checked } = await latestOutcome(shop.folder);
  expect(checked).toMatchObject({ status: "passed", counts: { failed: 0, skipped: 0 } });
  expect(checked?.results.map(({ group, name: test }) => `${group} ${test}`)).toEqual([
    ...ABSENT.map((thing) => `check.absent ${thing}`),
    ...ABSENT.map((thing) => `check.absent ${thing}: executable not found`),
    "check.no-sources sources of compiled languages",
    "check.no-sources tests",
    "check.no-sources version control",
    "check.user non-root",
    "check.max-size at most 50.0 MB",
    "check.secrets build secret token",
    "check.secrets private keys",
    "check.secrets credentials",
    "check.files /app/run mode 0755, executable",
    "check.files /app/server.key absent",
    "check.labels org.opencontainers.image.source matches https://.*",
    'check.env MODE is "production"',
    "check.waste at most 1.0 MB",
  ]);
});

it("an image with everything that must not ship fails each check, says where, and shows no secret", async () => {
  const ended = await check("leaky", "--no-color");
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  const { check: checked } = await latestOutcome(shop.folder);
  const said = Object.fromEntries(
    (checked?.results ?? []).map(({ group, name: test, status, message }) => [
      `${group} ${test}`,
      `${status} ${message}`,
    ]),
  );
  expect(said["check.absent pytest"]).toMatch(
    /^failed \/usr\/local\/bin\/pytest .*in layer \d+ of \d+ \(`RUN printf .*deleted by layer \d+ of \d+ \(`RUN rm/,
  );
  // What base images bring: a link, a program, a package, each found in its layer and by running it.
  const real: Record<string, RegExp> = {
    go: /\/usr\/local\/bin\/go \(a command\) in layer .*the Go program cmd\/go/s,
    npm: /\/usr\/local\/bin\/npm \(a link to .*\(base image/s,
    "apt-get": /\/usr\/bin\/apt-get \(a command\) in layer 1 of .*\(base image/,
  };
  for (const [thing, where] of Object.entries(real)) {
    expect(said[`check.absent ${thing}`]).toMatch(where);
    expect(said[`check.absent ${thing}: executable not found`]).toMatch(/^failed It is there: /);
  }
  expect(said["check.no-sources sources of compiled languages"]).toMatch(
    /\/app\/src\/main\.go in layer .*COPY src/,
  );
  expect(said["check.user non-root"]).toMatch(/runs as admin, who is number 0/);
  expect(said["check.max-size at most 50.0 MB"]).toMatch(/^failed .*base image/s);
  const secret = said["check.secrets build secret token"] ?? "";
  expect(secret).toMatch(/^failed in the variable COPIED\nin line \d+ of its history \(ENV\)\n/);
  expect(secret).toMatch(/… and in \d+ more places of its configuration/);
  expect(secret).toMatch(/\/app\/\.token \(the value\).*deleted by/);
  expect(secret).toMatch(/\/app\/token\.b64 \(the value, base64\).*deleted by/);
  expect(said["check.secrets private keys"]).toMatch(/^failed \/app\/server\.key/);
  expect(said["check.waste at most 1.0 MB"]).toMatch(/3\.0 MB {2}\/app\/cache\/big/);
  expect(checked?.reading?.waste.own).toBeGreaterThan(3_000_000);
  expect(checked?.counts.failed).toBe(17);

  const junit = await readFile(`${shop.folder}/.seatrial/latest/junit.xml`, "utf8");
  expect(junit).toMatch(/<testsuite name="check" tests="28" failures="17"/);
  expect(junit).toMatch(/<testcase classname="check\.absent" name="pytest"[^>]*>\s*<failure/);
  const outcome = await readFile(`${shop.folder}/.seatrial/latest/outcome.json`, "utf8");
  const events = await readFile(`${shop.folder}/.seatrial/latest/events.ndjson`, "utf8");
  for (const text of [ended.stdout, ended.stderr, junit, outcome, events]) {
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(Buffer.from(TOKEN).toString("base64").replace(/=+$/, ""));
  }
});

it("layers that were read once say what stages save, and are not asked for again until another secret is to be looked for", async () => {
  const beside = { RELEASE: "clean", TESTED: "leaky", TOKEN, XDG_CACHE_HOME: cache };
  const first = await seatrial(["check", "--no-color"], { cwd: shop.folder, env: beside });
  const events = await readFile(`${shop.folder}/.seatrial/latest/events.ndjson`, "utf8");
  expect(notes(events).filter((note) => note.includes("export"))).toEqual([]);
  // What several stages save is what the engine says, but for the links that it counts as bytes.
  const saved = /^test image: .*: multi-stage saved (\d+) MB, \d+(\.\d)? MB to transfer$/m.exec(
    first.stdout,
  )?.[1];
  const [release = 0, test = 0] = await Promise.all(["clean", "leaky"].map(sizeOf));
  expect(Math.abs(Number(saved) * 1e6 - (test - release)), first.stdout).toBeLessThan(1e6);

  const env = { RELEASE: "clean", TOKEN: "another-token-0123456789", XDG_CACHE_HOME: cache };
  const other = await seatrial(["check", "--json", "--image", await idOf("clean")], {
    cwd: shop.folder,
    env,
  });
  expect(notes(other.stdout).filter((note) => note.includes("export"))).toHaveLength(1);
  const { check: checked } = await latestOutcome(shop.folder);
  expect(checked?.results.find((test) => test.name === "build secret token")?.status).toBe("passed");
});

it("any image that the engine holds can be checked by its name", async () => {
  const ended = await check("clean", "--image", "python:3.13-slim", "--no-color");
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  const { check: checked } = await latestOutcome(shop.folder);
  const failed = checked?.results.filter(({ status }) => status === "failed").map(({ name: test }) => test);
  expect(failed).toEqual(
    expect.arrayContaining(["pip", "pip: executable not found", "python3 -m pip: no such module", "apt-get"]),
  );
  expect(checked?.results.find((test) => test.name === "pip")?.output).toMatch(/the Python package pip \d/);
  expect(ended.stdout).toMatch(/check\.user › non-root/);
  expect(ended.stdout).toMatch(/names no user, and so runs as root/);
  const missing = await check("clean", "--image", "localhost:1/none:1");
  expect(missing.code).toBe(3);
});

it("checks are explained, and planned, without an engine", async () => {
  const env = { DOCKER_HOST: "unix:///nonexistent.sock", TOKEN };
  const list = await seatrial(["check", "--list"], { cwd: shop.folder, env });
  expect(list.code, list.stderr).toBe(0);
  expect(list.stdout).toMatch(/^absent +pytest, go, npm, pip, apt-get$/m);
  expect(list.stdout).toMatch(/^secrets +the build secret token, keys and credentials by format$/m);
  const plan = await seatrial(["check", "--dry-run"], { cwd: shop.folder, env });
  expect(plan.code, plan.stderr).toBe(0);
  expect(plan.stdout).toMatch(/^check +max-size +at most 50\.0 MB$/m);
});

async function idOf(target: string): Promise<string> {
  return await docker("image", "inspect", "--format", "{{.Id}}", `seatrial/${name}:${target}`);
}

/** Bytes, as the engine counts them. */
async function sizeOf(target: string): Promise<number> {
  return Number(await docker("image", "inspect", "--format", "{{.Size}}", `seatrial/${name}:${target}`));
}
