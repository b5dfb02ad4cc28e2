// The example pipeline: from scratch, again unchanged, and after a changed line of Python; against the same stages as a plain script.
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";
import { measure, median, table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seatrial = join(here, "../packages/seatrial/dist/main.js");
const EXAMPLE = join(here, "../examples/flask-webpack");
const SOURCE = "src/lendly/terms.py";
/** Both run one after the other what can run one after the other: what differs is not how many jobs there are at once. */
const SUITES = ["unit", "integration", "api"];

export async function secondRun({ rounds = 5 } = {}) {
  const home = await mkdtemp(join(tmpdir(), "seatrial-bench-second-run-"));
  const registry = await startRegistry();
  const bench = { home, registry, id: randomBytes(3).toString("hex") };
  const contestants = [await pipelineOfSeatrial(bench), await plainScript(bench)];
  try {
    const scratch = await compare(contestants, {
      rounds: Math.min(rounds, 3),
      title: "from scratch",
      change: fromScratch,
    });
    const unchanged = await compare(contestants, {
      rounds,
      title: "unchanged",
      change: async () => undefined,
    });
    const changed = await compare(contestants, {
      rounds,
      title: "a changed line of Python",
      change: changeLine,
    });
    const load = loadavg().map((value) => value.toFixed(1));
    return [
      "### From scratch: every step of the build runs",
      scratch,
      "### Again, unchanged",
      unchanged,
      "### After one changed line of Python",
      changed,
      `Load of the machine at the end, over 1, 5 and 15 minutes: ${load.join(", ")}.`,
    ].join("\n\n");
  } finally {
    for (const { forget } of contestants) await forget();
    await run("docker", ["rm", "--force", "--volumes", registry.name]);
    await rm(home, { recursive: true, force: true });
  }
}

async function compare(contestants, { rounds, title, change }) {
  const times = await measure({
    rounds,
    contestants: contestants.map(({ name, folder, pipeline }) => ({
      name,
      prepare: async (round) => {
        await change({ folder, round });
        await commit(folder);
      },
      run: pipeline,
    })),
    onRound: (round) => console.error(`${title}: round ${round} of ${rounds}`),
  });
  const [ours, theirs] = Object.values(times).map(median);
  return `${table(times)}\n\nseatrial takes ${(ours / theirs).toFixed(2)} of the script's time.`;
}

/** A base that no build has seen: every step runs again, and those of no other project are thrown away for it. */
async function fromScratch({ folder, round }) {
  const file = join(folder, "Dockerfile");
  const text = (await readFile(file, "utf8")).replace(/^ENV SCRATCH=.*\n/gm, "");
  const mark = `ENV SCRATCH=${basename(folder)}-${round}-${randomBytes(4).toString("hex")}`;
  await writeFile(file, text.replace(/^(FROM (node|python):.*)$/gm, `$1\n${mark}`));
}

async function changeLine({ folder, round }) {
  const file = join(folder, SOURCE);
  const text = (await readFile(file, "utf8")).replace(/\n# round .*\n$/, "\n");
  await writeFile(file, `${text}# round ${basename(folder)} ${round} ${randomBytes(4).toString("hex")}\n`);
}

async function commit(folder) {
  const git = (...args) =>
    run("git", ["-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args]);
  await git("init", "--quiet", "--initial-branch", "trunk");
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "bench");
}

/** The jobs of the generated pipeline, each command as it stands there. */
async function pipelineOfSeatrial({ home, registry, id }) {
  const folder = join(home, "seatrial");
  const name = `bench-second-run-${id}`;
  await copyExample(folder);
  const file = join(folder, "seatrial.yaml");
  const text = (await readFile(file, "utf8"))
    .replace("name: lendly", `name: ${name}`)
    .replace(/^ {2}cache: .*$/m, "  cache: false")
    .replace(/^check:\n(?: {2}.*\n)+/m, "");
  await writeFile(file, withSuites(text));
  const env = { ...process.env, REGISTRY: registry.host };
  const step = (...args) => run(process.execPath, [seatrial, "--folder", folder, ...args], { env });
  return {
    name: `seatrial build --push; test, for each suite; release`,
    folder,
    async pipeline() {
      await rm(join(folder, ".seatrial"), { recursive: true, force: true });
      await step("build", "--push", "--quiet");
      const images = ["--images", join(folder, ".seatrial/images.json")];
      for (const suite of SUITES) await step("test", suite, "--quiet", ...images);
      await step("release", "--quiet", ...images);
    },
    forget: () => removeImages([`seatrial/${name}`, `${registry.host}/lendly`]),
  };
}

/** Suites that are not run would be missed by the release. */
function withSuites(text) {
  return text.replace(/^ {2}(frontend|pages):\n(?: {4}.*\n)+/gm, "");
}

/** What a pipeline without such a tool does: it builds, pushes, pulls in each job, and runs the tests with Compose. */
async function plainScript({ home, registry, id }) {
  const folder = join(home, "script");
  await copyExample(folder);
  const image = `${registry.host}/script-${id}`;
  const project = `bench-second-run-script-${id}`;
  await writeFile(join(folder, "tests.compose.yaml"), composeOf(image));
  const compose = (...args) =>
    run("docker", [
      "compose",
      "--project-name",
      project,
      "--file",
      join(folder, "tests.compose.yaml"),
      ...args,
    ]);
  const targets = ["release", "test"];
  return {
    name: "docker build, push; pull and compose run, for each suite; tag, push",
    folder,
    async pipeline() {
      for (const target of targets) {
        await run("docker", ["build", "--quiet", "--target", target, "--tag", `${image}:${target}`, folder]);
        await run("docker", ["push", "--quiet", `${image}:${target}`]);
      }
      for (const suite of SUITES) {
        for (const target of targets) await run("docker", ["pull", "--quiet", `${image}:${target}`]);
        await compose("run", "--rm", suite);
        await compose("down", "--volumes");
      }
      for (const tag of ["sha", "trunk", "latest"]) {
        await run("docker", ["tag", `${image}:release`, `${image}:${tag}`]);
        await run("docker", ["push", "--quiet", `${image}:${tag}`]);
      }
    },
    async forget() {
      await compose("down", "--volumes");
      await removeImages([image]);
    },
  };
}

/** The example's services, with the images that were pushed, and a service for each suite. */
function composeOf(image) {
  const url = "http://127.0.0.1:8000/healthz";
  const asks = `["CMD", "python", "-c", "import urllib.request as r; r.urlopen('${url}')"]`;
  return `
services:
  postgres:
    image: postgres:17
    env_file: .postgres-env
    healthcheck: { test: ["CMD-SHELL", 'pg_isready --username "$$POSTGRES_USER"'], interval: 1s }
  migrate:
    image: ${image}:release
    entrypoint: [alembic, upgrade, head]
    env_file: .environment
    depends_on: { postgres: { condition: service_healthy } }
  app:
    image: ${image}:release
    env_file: .environment
    depends_on: { migrate: { condition: service_completed_successfully } }
    healthcheck: { test: ${asks}, interval: 1s, retries: 120 }
  unit:
    image: ${image}:test
    command: ${COMMANDS.unit}
  integration:
    image: ${image}:test
    command: ${COMMANDS.integration}
    env_file: .environment
    depends_on: { migrate: { condition: service_completed_successfully } }
  api:
    image: ${image}:test
    command: ${COMMANDS.api}
    environment: { LENDLY_URL: "http://app:8000" }
    depends_on: { app: { condition: service_healthy } }
`;
}

/** As the example's suites have them. */
const COMMANDS = {
  unit: "python -m pytest tests/unit --cov --cov-report=html",
  integration: "python -m pytest tests/integration --cov --cov-report=html",
  api: "python -m pytest tests/blackbox/api",
};

async function startRegistry() {
  const name = `seatrial-bench-registry-${process.pid}`;
  const flags = ["--detach", "--rm", "--name", name, "--label", "seatrial.bench=second-run"];
  await run("docker", ["run", ...flags, "--publish", "127.0.0.1::5000", "registry:2"]);
  const [host] = (await run("docker", ["port", name, "5000/tcp"])).split("\n");
  return { name, host };
}

async function copyExample(folder) {
  const isSource = (file) => ![".seatrial", ".registry"].includes(basename(file));
  await cp(EXAMPLE, folder, { recursive: true, filter: isSource });
}

async function removeImages(repositories) {
  for (const repository of repositories) {
    const found = (await run("docker", ["images", "--quiet", repository])).split("\n").filter(Boolean);
    if (found.length > 0)
      await run("docker", ["image", "rm", "--force", ...new Set(found)]).catch(() => undefined);
  }
}
