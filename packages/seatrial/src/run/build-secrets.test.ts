import { describe, expect, it } from "vitest";
import { resolved } from "../compose/testing/model.ts";
import { loadProject, type Project } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import type { BuildSecret } from "../model/index.ts";
import { ToolError } from "../support/error.ts";
import { buildSecrets, requireSecrets } from "./build-secrets.ts";
import { planInfrastructure } from "./infrastructure/plan.ts";
import { type PlanOptions, planRun } from "./plan.ts";

const DOCKERFILE = "FROM a AS base\nFROM base AS release\nFROM base AS test\n";
const DIGEST = `sha256:${"a".repeat(64)}`;
const release = { target: "release", reference: `r.example/shop@${DIGEST}` };
const test = { target: "test", reference: `r.example/shop-test@${DIGEST}` };

describe("secrets that the Compose file gives to builds of the project's image", () => {
  const secret = { id: "npm", from: { kind: "env", variable: "NPM_TOKEN" } };

  /** What is planned of a project with a service that is built of its release stage, in a profile that only a suite needs. */
  async function made(options: Partial<PlanOptions>, image = "") {
    await using folder = await makeFolder({
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { app: { build: { context: ., target: release }, profiles: [app] } }\n",
      "seatrial.yaml": `image: { release: release, test: test${image} }\nsuites: { unit: { command: x }, api: { command: x, needs: [app] } }\n`,
    });
    const build = { context: folder.path, target: "release", secrets: [{ source: "npm" }] };
    const project = await loadProject({ environment: folder.environment() });
    return await planRun({
      project,
      compose: resolved({
        services: { app: { build, profiles: ["app"] }, db: { image: "postgres" } },
        secrets: { npm: { environment: "NPM_TOKEN" } },
      }),
      only: [],
      cpus: 2,
      environment: { NPM_TOKEN: "npm-token" },
      ...options,
    });
  }

  const planned = async (...asked: Parameters<typeof made>) => (await made(...asked)).plan;

  it.each([
    ["all suites", {}],
    ["a suite that does not need the service", { only: ["unit"] }],
    ["stages alone", { suites: false, stages: ["release"] }],
    ["checks alone", { suites: false, checks: true }],
  ])("are given to each build of it: for %s", async (_, options) => {
    const { targets, check } = await planned(options);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(target.secrets).toEqual([secret]);
    if ("checks" in options) expect(check?.secrets?.values).toEqual([secret]);
  });

  it("are looked for in an image that is given, also where they are not there: that is for the check to say", async () => {
    for (const environment of [{ NPM_TOKEN: "npm-token" }, {}]) {
      const { check } = await planned({ suites: false, checks: true, given: [release], environment });
      expect(check?.secrets?.values).toEqual([secret]);
    }
  });

  it("need only be there for a build", async () => {
    const environment = {};
    const building = await made({ environment });
    await expect(() => requireSecrets(building.plan, building.missing)).toThrowWithCode("COMPOSE_INVALID");
    const taking = await made({ environment, given: [release, test] });
    expect(taking.plan.given).toEqual([release, test]);
    requireSecrets(taking.plan, taking.missing);
  });

  it("need not be there for infrastructure that nothing of the project is built for", async () => {
    const wanted = { environment: {}, suites: false };
    const db = await made({ ...wanted, infrastructure: ["db"] });
    requireSecrets(planInfrastructure(db.plan), db.missing);
    const app = await made({ ...wanted, infrastructure: ["app"] });
    const needing = () => requireSecrets(planInfrastructure(app.plan), app.missing);
    await expect(needing).toThrowWithCode("COMPOSE_INVALID");
  });

  it("give way to those of the project's own configuration", async () => {
    const own = { id: "npm", from: { kind: "file", path: expect.stringContaining("/Dockerfile") } };
    const plan = await planned({ environment: {}, checks: true }, ", secrets: { npm: { file: Dockerfile } }");
    for (const target of plan.targets) expect(target.secrets).toEqual([own]);
    expect(plan.check?.secrets?.values).toEqual([own]);
  });
});

it("of a secret in which services differ a check looks for all values, unless the project's configuration says which counts", () => {
  const secret = (variable: string) => ({ id: "npm", from: { kind: "env", variable } }) as const;
  const error = new ToolError({ code: "COMPOSE_INVALID", message: "app and dev differ", exitCode: 2 });
  const projectSecrets = [
    { service: "app", secret: secret("A"), environment: {} },
    { service: "dev", secret: secret("B"), environment: {}, missing: error },
  ];
  // Those of a build beside the project's own.
  const neighborSecrets = [secret("A"), secret("BESIDE"), secret("BESIDE")];
  const given = (secrets: BuildSecret[]) =>
    buildSecrets({ config: { image: { secrets, missingSecrets: [] } } } as unknown as Project, {
      projectSecrets,
      neighborSecrets,
    });
  expect(given([])).toEqual({
    secrets: [secret("A")],
    lookedFor: [secret("A"), secret("B"), secret("BESIDE")],
    missing: [error],
  });
  const own = [secret("OWN")];
  // It says nothing of builds that are not the project's own.
  const lookedFor = [...own, secret("A"), secret("BESIDE")];
  expect(given(own)).toEqual({ secrets: own, lookedFor, missing: [] });
});

it("only a build needs the secrets of builds", async () => {
  const config = `name: shop\nimage: { release: release, test: test, secrets: { npm: { env: NOPE } } }\nsuites: { unit: { command: check } }\n`;
  await using folder = await makeFolder({ Dockerfile: DOCKERFILE, "seatrial.yaml": config });
  const project = await loadProject({ environment: folder.environment() });
  const options = { project, only: [], cpus: 2, environment: {} };
  const building = await planRun(options);
  await expect(() => requireSecrets(building.plan, building.missing)).toThrowWithCode("SECRET_NOT_FOUND");
  const given = [release, test];
  const taking = await planRun({ ...options, given });
  expect(taking.plan.given).toEqual(given);
  requireSecrets(taking.plan, taking.missing);
});
