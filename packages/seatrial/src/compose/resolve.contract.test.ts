// Against the Compose plugin that is installed: what we take for granted of its output holds.
import { cp } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { planServices } from "./plan.ts";
import { type ResolveOptions, resolveCompose } from "./resolve.ts";
import { folderWith, put } from "./testing/folder.ts";
import { serviceOf } from "./testing/model.ts";
import { readComposeVersion } from "./version.ts";

const FIXTURE = fileURLToPath(new URL("../../../../fixtures/compose/rewritten", import.meta.url));
const { PATH, HOME, DOCKER_CONFIG } = process.env;

async function resolve(projectFolder: string, options: Partial<ResolveOptions> = {}) {
  return await resolveCompose({
    files: ["compose.yaml"],
    projectFolder,
    projectName: "shop",
    environment: { PATH, HOME, DOCKER_CONFIG },
    signal: AbortSignal.timeout(30_000),
    ...options,
  });
}

async function resolveText(text: string, files: Record<string, string> = {}) {
  return await resolve(await folderWith({ ...files, "compose.yaml": text }));
}

test("named env files count in place of .env, for values of secrets too", async () => {
  const text = `services: { a: { image: "x:\${TAG:-none}-\${EXTRA:-none}", secrets: [s] } }\nsecrets: { s: { environment: TOKEN } }`;
  const folder = await folderWith({
    "compose.yaml": text,
    ".env": "TAG=dot\nEXTRA=dot\nTOKEN=dot",
    "one.env": "TAG=one\nTOKEN=one",
    "two.env": "TAG=${TAG}-two",
  });
  const files = ["one.env", "two.env"].map((name) => path.join(folder, name));
  const compose = await resolve(folder, { envFiles: files });
  expect(compose).toMatchObject({ services: { a: { image: "x:one-two-none" } }, dotenv: { TOKEN: "one" } });
  const none = await resolve(folder, { envFiles: [] });
  expect(none).toMatchObject({ services: { a: { image: "x:none-none" } }, dotenv: {} });
});

describe("a whole project", () => {
  test("is resolved and rewritten as the file means it", async () => {
    const compose = await resolve(FIXTURE);
    expect(Object.keys(compose.services).sort()).toEqual(["api-tests", "app", "cache", "db", "migrate"]);
    const plan = await planServices({
      compose,
      wanted: ["app"],
      suites: ["api-tests"],
      environment: {},
      projectTargets: [],
    });
    expect(plan.services.map((service) => service.spec.name)).toEqual(["cache", "db", "migrate", "app"]);

    const db = serviceOf(plan.services, "db");
    expect(db).toMatchObject({
      spec: {
        image: { kind: "reference", reference: "postgres:17" },
        aliases: ["shop-db"],
        env: {
          POSTGRES_PASSWORD: "pa$word",
          POSTGRES_USER: "shop",
          FROM_FILE: "literal $HOME",
          DERIVED: "shop-ro",
        },
        mounts: [
          { kind: "anonymous", target: "/var/lib/postgresql/data" },
          { kind: "anonymous", target: "/docker-entrypoint-initdb.d", empty: true },
          { kind: "tmpfs", target: "/scratch", sizeBytes: 10_485_760, mode: 0o700 },
        ],
      },
      health: { argv: ["/bin/sh", "-c", "pg_isready -U $POSTGRES_USER"], deadline: 100_000 },
      ports: [5432],
      settings: { preset: "postgres", deadline: 120_000 },
    });
    expect(db.spec.files).toEqual([
      { from: { kind: "path", path: path.join(FIXTURE, "initdb.d") }, target: "/docker-entrypoint-initdb.d" },
      {
        from: { kind: "content", content: "tag = 17\nprice = 5$\n", secret: false },
        target: "/etc/app/settings.ini",
        mode: 0o440,
      },
      {
        from: { kind: "content", content: "dotenv-t0ken", secret: true },
        target: "/run/secrets/token",
        mode: 0o444,
      },
    ]);
    expect(plan.secretValues).toEqual(["dotenv-t0ken"]);

    const migrate = serviceOf(plan.services, "migrate");
    expect(migrate.spec).toMatchObject({
      oneShot: true,
      command: ["migrate", "--to", "$LATEST"],
      env: { BASE: "yes" },
      dependsOn: [{ service: "db", condition: "healthy", required: true }],
    });
    const labels = serviceOf(plan.services, "cache").spec.labels;
    expect(labels).toEqual({ odd: "00:12:30", octal: "0o17", word: "yes" });

    expect(plan.buildTargets).toMatchObject([
      {
        key: "service:app",
        context: FIXTURE,
        dockerfile: path.join(FIXTURE, "Dockerfile"),
        stage: "release",
      },
      {
        key: "service:api-tests",
        stage: "test",
        args: { LEVEL: "2" },
        contexts: { app: "target:service:app" },
      },
    ]);
    expect(plan.changes.map((change) => `${change.service} ${change.key}`).sort()).toEqual([
      "db container_name",
      "db ports",
      "db restart",
      "db volumes: data",
    ]);
  });

  test("is the same from the cache, and another once a file changed", async () => {
    const folder = await folderWith({});
    await cp(FIXTURE, folder, { recursive: true });
    const cacheFolder = await folderWith({});
    const first = await resolve(folder, { cacheFolder });
    // With no time at all for Compose, only the cache can answer.
    expect(await resolve(folder, { cacheFolder, deadline: 0 })).toEqual(first);
    await put(folder, "included/compose.yaml", "services: { cache: { image: redis:7 } }");
    await expect(resolve(folder, { cacheFolder, deadline: 0 })).toThrowWithCode("COMPOSE_TIMED_OUT");
    const second = await resolve(folder, { cacheFolder });
    expect(second.services["cache"]).toMatchObject({ image: "redis:7" });
  });
});

describe("what the installed plugin says", () => {
  test("of its version is a number", async () => {
    const environment = { PATH, HOME, DOCKER_CONFIG };
    const version = await readComposeVersion({ environment, signal: AbortSignal.timeout(30_000) });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test("of a variable that is not set is a warning", async () => {
    const compose = await resolveText("services: { a: { image: x, command: '$NOPE' } }");
    expect(compose.warnings).toEqual([expect.stringContaining("NOPE")]);
  });

  test.each([
    ["COMPOSE_CYCLE", "services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }"],
    ["COMPOSE_INVALID", "services: { a: { image: x, depends_on: [b] } }"],
    ["COMPOSE_INVALID", "services: { a: { image: x, foo: 1 } }"],
    ["COMPOSE_INVALID", "services: { a: { image: x"],
    ["COMPOSE_INVALID", "services: { a: { image: '$" + "{TAG:?say which}' } }"],
    ["COMPOSE_INVALID", "services: { a: { image: x, env_file: nope.env } }"],
  ])("is %s for %s", async (code, text) => {
    await expect(resolveText(text)).toThrowWithCode(code);
  });

  test("of a file that is not there names it", async () => {
    const folder = await folderWith({});
    await expect(resolve(folder)).toThrowWithCode("COMPOSE_INVALID");
    await expect(resolve(folder)).rejects.toMatchObject({ message: expect.stringContaining("compose.yaml") });
  });

  test("of a secret's variable counts when only the .env beside the Compose file has it", async () => {
    const folder = await folderWith({
      "deploy/compose.yaml":
        "services: { a: { image: x, secrets: [s] } }\nsecrets: { s: { environment: ONLY_HERE } }",
      "deploy/.env": "ONLY_HERE='a $b'\n",
    });
    const compose = await resolve(folder, { files: ["deploy/compose.yaml"] });
    expect(compose.dotenv).toEqual({ ONLY_HERE: "a $b" });
  });
});
