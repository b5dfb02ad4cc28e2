// What a pipeline without such a tool does: it builds, pushes, pulls in each job what the job needs, and runs the tests with Compose.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.mjs";

const FILE = "tests.compose.yaml";
const TARGETS = ["release", "test", "frontend"];
const TAGS = ["sha", "trunk", "latest"];
/** Which images each suite needs. */
const SUITES = {
  unit: ["test"],
  frontend: ["frontend"],
  integration: ["test", "release"],
  api: ["test", "release"],
  pages: ["test", "release"],
};

export async function byScript(folder, { image, project }) {
  await writeFile(join(folder, FILE), composeOf(image));
  const compose = (...args) => ["docker", "compose", "--project-name", project, "--file", FILE, ...args];
  const pull = (target) => ["docker", "pull", "--quiet", `${image}:${target}`];
  const build = TARGETS.flatMap((target) => [
    ["docker", "build", "--quiet", "--target", target, "--tag", `${image}:${target}`, "."],
    ["docker", "push", "--quiet", `${image}:${target}`],
  ]);
  const suites = Object.entries(SUITES).map(([name, targets]) => ({
    name,
    stage: 1,
    commands: [...targets.map(pull), compose("run", "--rm", name), compose("down", "--volumes")],
  }));
  const release = TAGS.flatMap((tag) => [
    ["docker", "tag", `${image}:release`, `${image}:${tag}`],
    ["docker", "push", "--quiet", `${image}:${tag}`],
  ]);
  return {
    name: "script",
    folder,
    jobs: [
      { name: "build", stage: 0, commands: build },
      ...suites,
      { name: "check", stage: 1, commands: [pull("release"), checkOf(`${image}:release`)] },
      { name: "release", stage: 2, commands: [pull("release"), ...release] },
    ],
    plan: compose("config", "--quiet"),
    async forget() {
      const [file, ...args] = compose("down", "--volumes");
      await run(file, args, { cwd: folder });
    },
  };
}

/** What the example's `check` asks, as far as a shell inside of the image can tell: it reads no layer. */
function checkOf(image) {
  const absent =
    'for each in pytest coverage node npm webpack gcc; do if command -v "$each"; then exit 1; fi; done';
  const rest = '[ "$(id -u)" != 0 ] && [ -f /app/static/manifest.json ] && [ ! -e /app/tests ]';
  return ["docker", "run", "--rm", "--entrypoint", "sh", image, "-c", `${absent}; ${rest}`];
}

/** As the example's suites are. Each suite has its own report of coverage; nothing puts them together. */
const UNDER_COVERAGE = "python -m coverage run -m pytest";
const COMMANDS = {
  unit: `${UNDER_COVERAGE} tests/unit && python -m coverage html --directory /tmp/html`,
  integration: `${UNDER_COVERAGE} tests/integration && python -m coverage html --directory /tmp/html`,
  api: "python -m pytest tests/blackbox/api",
  pages: "python -m pytest tests/blackbox/pages",
};

/** The example's services, with the images that were pushed, and a service for each suite. */
function composeOf(image) {
  const url = "http://127.0.0.1:8000/healthz";
  const asks = `["CMD", "python", "-c", "import urllib.request as r; r.urlopen('${url}')"]`;
  const shell = (suite) => `["sh", "-c", "${COMMANDS[suite]}"]`;
  return `
services:
  postgres:
    image: postgres:17
    env_file: .postgres-env
    healthcheck: { test: ["CMD-SHELL", 'pg_isready --username "$$POSTGRES_USER"'], interval: 1s, retries: 120 }
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
    environment: { COVERAGE_FILE: /tmp/coverage }
    command: ${shell("unit")}
  frontend:
    image: ${image}:frontend
    command: node --test --experimental-test-coverage
  integration:
    image: ${image}:test
    command: ${shell("integration")}
    environment: { COVERAGE_FILE: /tmp/coverage }
    env_file: .environment
    depends_on: { migrate: { condition: service_completed_successfully } }
  api: &blackbox
    image: ${image}:test
    command: ${shell("api")}
    environment: { LENDLY_URL: "http://app:8000" }
    depends_on: { app: { condition: service_healthy } }
  pages:
    <<: *blackbox
    command: ${shell("pages")}
`;
}
