import { describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { makeFolder } from "./testing/folder.ts";

async function secretsOf(
  config: string,
  files: Record<string, string> = {},
  env: Record<string, string> = {},
) {
  await using folder = await makeFolder({ Dockerfile: "FROM a\n", "seatrial.yaml": config, ...files });
  return (await loadProject({ environment: folder.environment(env) })).secretValues.sort();
}

const suite = (rest: string) => `suites: { u: { command: x, ${rest} } }\n`;

describe("secretValues", () => {
  it("has what build secrets hold, whole and by line", async () => {
    const config = "image: { secrets: { npmrc: { file: ~/.npmrc }, token: { env: PRIVATE } } }";
    const npmrc = "registry=https://example.com/\n//example.com/:_authToken=abcdefgh12345\n";
    expect(await secretsOf(config, { "home/.npmrc": npmrc }, { PRIVATE: "v-a-l" })).toEqual(
      [npmrc.trim(), "abcdefgh12345", "v-a-l"].sort(),
    );
  });

  it("has values from the environment whose name says so, and passwords in addresses", async () => {
    const config = suite(
      "env: { A: '$DB_PASSWORD', B: '${STRIPE_KEY}', NPM_TOKEN: , URL: , P: '$PLAIN', K: '$API_TOKENS' }",
    );
    const env = {
      DB_PASSWORD: "postgres",
      STRIPE_KEY: "sk_1",
      NPM_TOKEN: "npm_x",
      URL: "postgres://me:s3cr3t@db/x",
      PLAIN: "visible",
      API_TOKENS: "4096",
      UNUSED_TOKEN: "never asked for",
    };
    expect(await secretsOf(config, {}, env)).toEqual(["npm_x", "postgres", "s3cr3t", "sk_1"]);
  });

  it("has values of env files by name, but no plain words", async () => {
    const file = "POSTGRES_PASSWORD=postgres\nAPI_KEY=k3y-of-mine\nDB=mysql://a:p4ss-word@h/x\nMODE=fast\n";
    expect(await secretsOf(suite("env_file: a.env"), { "a.env": file })).toEqual([
      "k3y-of-mine",
      "p4ss-word",
    ]);
    expect(await secretsOf("", { ".env": file })).toEqual(["k3y-of-mine", "p4ss-word"]);
  });

  it("has every value of a variable that redact names, wherever it comes from", async () => {
    const config = `redact: [PIN]\n${suite("env_file: a.env, env: { B: x }, app: { env: { PIN: from-app } }")}`;
    expect(await secretsOf(config, { "a.env": "PIN=from-file", ".env": "PIN=from-dotenv" })).toEqual([
      "from-app",
      "from-dotenv",
      "from-file",
    ]);
  });

  it("has build secrets of the env file, which the builder does not read and is given", async () => {
    const config = "image: { secrets: { t: { env: TOKEN }, s: { env: SHELL_SET } } }";
    const files = {
      Dockerfile: "FROM a\n",
      "seatrial.yaml": config,
      ".env": "TOKEN=from-dotenv\nSHELL_SET=no\n",
    };
    await using folder = await makeFolder(files);
    const project = await loadProject({ environment: folder.environment({ SHELL_SET: "from-shell" }) });
    expect(project.config.image.secretEnvironment).toEqual({ TOKEN: "from-dotenv", SHELL_SET: "from-shell" });
    expect(project.secretValues).toEqual(expect.arrayContaining(["from-dotenv", "from-shell"]));
  });

  it("goes without a build secret that is not there, which is told to who builds", async () => {
    const config =
      "image: { secrets: { npmrc: { file: ~/.npmrc }, t: { env: NOPE }, s: { env: SHELL_SET } } }";
    await using folder = await makeFolder({ Dockerfile: "FROM a\n", "seatrial.yaml": config });
    const project = await loadProject({ environment: folder.environment({ SHELL_SET: "from-shell" }) });
    expect(project.config.image.secrets.map(({ id }) => id)).toEqual(["npmrc", "t", "s"]);
    expect(project.config.image.secretEnvironment).toEqual({ SHELL_SET: "from-shell" });
    expect(project.config.image.missingSecrets).toMatchObject([
      {
        code: "SECRET_NOT_FOUND",
        message: "no such file: home/.npmrc",
        hint: "seatrial.yaml:1:36: the build secret npmrc comes from this file",
      },
      {
        code: "SECRET_NOT_FOUND",
        message: "seatrial.yaml:1:58: the build secret t comes from NOPE, which is not set",
      },
    ]);
  });
});
