import { describe, expect, it } from "vitest";
import { fakeDocker, printing } from "../compose/testing/docker.ts";
import { at, PROJECT } from "./testing/at.ts";

const withChecks = (check: string): Record<string, string> => ({
  ...PROJECT,
  "seatrial.yaml": `${PROJECT["seatrial.yaml"]}check: ${check}\n`,
});

describe("check --list", () => {
  it("explains every check, with what is asked of it here, on lines that fit a terminal", async () => {
    await using here = await at(withChecks("{ absent: [pytest, gcc], max-size: 50MB }"));
    expect(await here.seatrial("check", "--list")).toBe(0);
    const lines = here.stdout().split("\n");
    expect(lines).toContain("absent        pytest, gcc");
    expect(lines).toContain("max-size      at most 50.0 MB");
    expect(lines).toContain("user          (nothing is asked)");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("is the same as JSON, and shows no secret", async () => {
    const env = { DEPLOY_TOKEN: "very-secret-value" };
    const files = withChecks(
      '{ env: { A: { equals: "${DEPLOY_TOKEN}" } }, labels: { "very-secret-value": present } }',
    );
    files["seatrial.yaml"] += "redact: [DEPLOY_TOKEN]\n";
    await using here = await at(files, env);
    expect(await here.seatrial("check", "--list", "--json")).toBe(0);
    const checks = JSON.parse(here.stdout()) as { name: string; asked?: string; explain: string }[];
    expect(checks.find(({ name }) => name === "env")?.asked).toBe("A");
    expect(checks.every(({ explain }) => explain.length > 40)).toBe(true);
    expect(here.stdout()).not.toContain("very-secret-value");
  });

  it("names the build secrets that the Compose file gives, and warns where Compose cannot be asked", async () => {
    const services =
      "services: { db: { image: postgres }, app: { build: { context: $PWD, target: release, secrets: [npm] } } }\n";
    const model = `${services}secrets: { npm: { environment: NPM_TOKEN } }\n`;
    const files = { ...withChecks("{}"), "compose.yaml": model.replace("$PWD", ".") };
    const docker = await fakeDocker(printing(`name: shop\n${model}`).replace("'END'", "END"));
    await using here = await at(files, docker.env);
    expect(await here.seatrial("check", "--list")).toBe(0);
    expect(here.stdout()).toContain("the build secret npm, keys and credentials");
    expect(here.stderr()).toBe("");
    await using alone = await at(files);
    expect(await alone.seatrial("check", "--list")).toBe(0);
    expect(alone.stderr()).toMatch(
      /warning: the build secrets of the Compose file are not named: .*COMPOSE_/,
    );
  });

  it("of a broken configuration is its mistake", async () => {
    await using here = await at(withChecks("{ absnt: [gcc] }"));
    expect(await here.seatrial("check", "--list")).toBe(2);
    expect(here.stderr()).toMatch(/did you mean .*absent/);
  });
});

it("check without an engine says so with its exit code", async () => {
  await using here = await at(PROJECT);
  expect(await here.seatrial("check")).toBe(3);
  expect(here.stderr()).toMatch(/no\.sock/);
});

describe("check --image", () => {
  const DIGEST = `r.example/shop@sha256:${"a".repeat(64)}`;
  const SECRET = {
    ...PROJECT,
    "compose.yaml":
      "services: { app: { build: { context: ., target: release, secrets: [npm] } } }\nsecrets: { npm: { environment: NPM_TOKEN } }\n",
    "seatrial.yaml": "image: { release: release, test: test }\n",
  };

  /** What Compose says of it. */
  const script = `printf '%s\\n' "{name: shop, services: {app: {build: {context: $PWD, target: release, secrets: [{source: npm}]}}}, secrets: {npm: {environment: NPM_TOKEN}}}"`;

  it("looks for the secrets that the Compose file gives to builds, where it gives any", async () => {
    const docker = await fakeDocker(script);
    await using here = await at(SECRET, { ...docker.env, NPM_TOKEN: "npm-token-value" });
    expect(await here.seatrial("check", "--image", DIGEST, "--dry-run")).toBe(0);
    expect(here.stdout()).toContain("the build secret npm, keys and credentials");
    expect(await docker.calls()).toEqual([expect.stringContaining("config")]);
  });

  it("asks Compose nothing where the file gives none to builds", async () => {
    const docker = await fakeDocker(script);
    await using here = await at(PROJECT, docker.env);
    expect(await here.seatrial("check", "--image", DIGEST, "--dry-run")).toBe(0);
    expect(await docker.calls()).toEqual([]);
  });
});
