import { describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { makeFolder } from "./testing/folder.ts";

async function secretsOf(compose: string, further: Record<string, string> = {}, env = {}) {
  await using folder = await makeFolder({ Dockerfile: "FROM a\n", "compose.yaml": compose, ...further });
  return (await loadProject({ environment: folder.environment(env) })).composeSecrets;
}

const NPM = "secrets: { npm: { environment: NPM_TOKEN }, rc: { file: ./.npmrc } }\n";
const app = { name: "app", isActive: true, neededBy: ["app"], ids: ["npm"], variables: ["NPM_TOKEN"] };

describe("of secrets that the Compose files give to builds", () => {
  it("the variables are known by service, with who needs it and whether anybody does", async () => {
    const compose = `services:
  app: { build: { context: ., secrets: [npm, rc] } }
  dev: { build: { context: ., secrets: [{ source: npm, target: x }] }, profiles: [dev] }
  tool: { image: a, depends_on: [dev], profiles: [tools] }
  all: { image: a, depends_on: { tool: { condition: service_started } }, profiles: [all, dev] }
  db: { image: a, secrets: [rc] }
${NPM}`;
    const both = { ...app, ids: ["npm", "rc"] };
    const dev = {
      ...app,
      name: "dev",
      isActive: false,
      neededBy: ["dev", "tool", "all"],
      ids: ["x"],
    };
    expect(await secretsOf(compose)).toEqual({ complete: true, services: [both, dev] });
    for (const profile of ["dev", "tools", "all", "*"]) {
      const { services } = await secretsOf(compose, {}, { COMPOSE_PROFILES: profile });
      expect(services).toEqual([both, { ...dev, isActive: true }]);
    }
  });

  it("those of each file count", async () => {
    const override = "services: { app: { build: { target: x } }, web: { extends: app } }\n";
    const compose = `services: { app: { build: { context: ., secrets: [npm] } } }\n${NPM}`;
    const { services } = await secretsOf(compose, { "compose.override.yaml": override });
    expect(services).toEqual([app]);
  });

  it("a name of a variable may come from one", async () => {
    const compose =
      "services: { app: { build: { context: ., secrets: [npm] } } }\nsecrets: { npm: { environment: '${NAME:?}' } }\n";
    const known = await secretsOf(compose, {}, { NAME: "NPM_TOKEN" });
    expect(known).toEqual({ complete: true, services: [app] });
    const unknown = await secretsOf(compose);
    expect(unknown).toEqual({ complete: false, services: [{ ...app, variables: [] }] });
  });

  it.each([
    ["none, where nothing is built", "services: { db: { image: a } }\n", true],
    [
      "none, where a service without any is extended",
      "services: { a: { build: . }, b: { extends: a } }\n",
      true,
    ],
    [
      "not all, where another file is included",
      "include: [more.yaml]\nservices: { a: { image: b } }\n",
      false,
    ],
    [
      "not all, where another file is extended",
      "services: { a: { extends: { file: b.yaml, service: c } } }\n",
      false,
    ],
    ["not all, where a file cannot be read", "services: {\n", false],
  ])("%s: %s", async (_, compose, complete) => {
    expect(await secretsOf(compose)).toEqual({ complete, services: [] });
  });

  it("a file that is extended counts whatever the next file extends", async () => {
    const compose = "services: { a: { extends: { file: b.yaml, service: c } }, d: { image: e } }\n";
    const override = "services: { a: { extends: d } }\n";
    expect(await secretsOf(compose, { "compose.override.yaml": override })).toEqual({
      complete: false,
      services: [],
    });
  });

  it("who extends a service may have more of them than is told", async () => {
    const compose = `services: { app: { build: { context: ., secrets: [npm] } }, b: { extends: app } }\n${NPM}`;
    expect(await secretsOf(compose)).toEqual({ complete: false, services: [app] });
  });
});
