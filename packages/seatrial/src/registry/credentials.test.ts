import { describe, expect, test } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { describeCredentials, findCredentials, isLoggedIn } from "./credentials.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const live = () => new AbortController().signal;

/** What is found; undefined when nobody is logged in. */
async function found(
  registry: string,
  files: Record<string, string>,
  environment: Record<string, string> = {},
) {
  await using home = await createFolder(files);
  const path = `${home.path}/bin:${process.env.PATH}`;
  const { source, ...credentials } = await findCredentials({
    registry,
    environment: { HOME: home.path, PATH: path, ...environment },
    signal: live(),
  });
  expect(source).toMatch(/^docker-credential-|\/config\.json$|^DOCKER_AUTH_CONFIG$/);
  return isLoggedIn(credentials) ? credentials : undefined;
}

const config = (content: object) => ({ ".docker/config.json": JSON.stringify(content) });

describe("credentials in the docker configuration", () => {
  test("nobody logged in means nothing to show", async () => {
    expect(await found("registry.example.com", {})).toBeUndefined();
    expect(
      await found(
        "registry.example.com",
        config({ auths: { "other.example.com": { auth: base64("a:b") } } }),
      ),
    ).toBeUndefined();
    expect(
      await found("registry.example.com", config({ auths: { "registry.example.com": {} } })),
    ).toBeUndefined();
  });

  test("user and password are found by host, and a password may hold colons and any letters", async () => {
    const auths = { "registry.example.com:5000": { auth: base64("me:pass:wörd~~~???>>>") } };
    expect(await found("registry.example.com:5000", config({ auths }))).toEqual({
      username: "me",
      password: "pass:wörd~~~???>>>",
      server: "registry.example.com:5000",
    });
  });

  test.each([null, "text", 5, [], { auth: 5 }, { auth: null, username: {} }])(
    "an entry that is %j is no login",
    async (entry) => {
      const auths = { "registry.example.com": entry };
      expect(await found("registry.example.com", config({ auths }))).toBeUndefined();
    },
  );

  test("old entries by address are found", async () => {
    const auths = { "https://registry.example.com/v1/": { auth: base64("me:secret") } };
    expect(await found("registry.example.com", config({ auths }))).toMatchObject({ username: "me" });
  });

  test("Docker Hub goes by its old address", async () => {
    const auths = { "https://index.docker.io/v1/": { auth: base64("me:secret") } };
    expect(await found("docker.io", config({ auths }))).toMatchObject({
      username: "me",
      server: "https://index.docker.io/v1/",
    });
  });

  test("identity tokens are passed on", async () => {
    const auths = { "registry.example.com": { auth: base64("00000000:"), identitytoken: "token" } };
    expect(await found("registry.example.com", config({ auths }))).toMatchObject({ identityToken: "token" });
  });
});

describe("credentials in DOCKER_AUTH_CONFIG", () => {
  const file = config({ auths: { "registry.example.com": { auth: base64("file:f") } }, credsStore: "" });
  const withVariable = async (registry: string, text: string) =>
    await found(registry, file, { DOCKER_AUTH_CONFIG: text });

  test("go before the file and its stores, for the registries that they name", async () => {
    const auths = { "registry.example.com": { auth: base64("ci:job") } };
    const text = JSON.stringify({ auths, credsStore: "missing" });
    expect(await withVariable("registry.example.com", text)).toMatchObject({
      username: "ci",
      password: "job",
    });
    const other = JSON.stringify({ auths: { "other.example.com": auths["registry.example.com"] } });
    expect(await withVariable("registry.example.com", other)).toMatchObject({ username: "file" });
    const hub = JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth: base64("ci:hub") } } });
    expect(await withVariable("docker.io", hub)).toMatchObject({ password: "hub" });
  });

  test.each([
    "",
    "{}",
    "/run/secrets/docker.json",
    "[]",
    "null",
    '{"auths":[]}',
    '{"auths":{"registry.example.com":{}}}',
  ])("%j holds none, and the file counts", async (text) => {
    expect(await withVariable("registry.example.com", text)).toMatchObject({ username: "file" });
  });

  test("are described by the variable's name", async () => {
    const auths = { "registry.example.com": { auth: base64("ci:hunter2") } };
    const environment = { HOME: "/nonexistent", DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
    const credentials = await findCredentials({
      registry: "registry.example.com",
      environment,
      signal: live(),
    });
    expect(describeCredentials(credentials)).toBe("as user ci of DOCKER_AUTH_CONFIG");
  });
});

describe("credential helpers", () => {
  const helper = (body: string) => `#!/bin/sh\nread -r server || true\n${body}\n`;
  const good = helper(
    `[ "$1" = get ] && printf '{"ServerURL":"%s","Username":"me","Secret":"from %s"}' "$server" "$server"`,
  );

  test("the helper for a registry is asked, before the store and the file", async () => {
    const files = {
      ...config({
        auths: { "registry.example.com": { auth: base64("file:file") } },
        credHelpers: { "registry.example.com": "mine" },
        credsStore: "missing",
      }),
      "bin/docker-credential-mine": good,
    };
    expect(await found("registry.example.com", files)).toEqual({
      username: "me",
      password: "from registry.example.com",
      server: "registry.example.com",
    });
  });

  test("an empty helper for a registry means the file, and keeps the store out", async () => {
    const files = config({
      auths: { "registry.example.com": { auth: base64("file:file") } },
      credHelpers: { "registry.example.com": "" },
      credsStore: "missing",
    });
    expect(await found("registry.example.com", files)).toMatchObject({ username: "file" });
  });

  test("the store is asked for every other registry, for Docker Hub by its old address", async () => {
    const files = { ...config({ credsStore: "store" }), "bin/docker-credential-store": good };
    expect(await found("docker.io", files)).toMatchObject({ password: "from https://index.docker.io/v1/" });
  });

  test("the user <token> means an identity token", async () => {
    const answer = `printf '{"Username":"<token>","Secret":"abc"}'`;
    const files = { ...config({ credsStore: "store" }), "bin/docker-credential-store": helper(answer) };
    expect(await found("registry.example.com", files)).toEqual({
      identityToken: "abc",
      server: "registry.example.com",
    });
  });

  test("a helper that knows nothing of the registry means nothing to show", async () => {
    const answer = "echo 'credentials not found in native keychain'; exit 1";
    const files = { ...config({ credsStore: "store" }), "bin/docker-credential-store": helper(answer) };
    expect(await found("registry.example.com", files)).toBeUndefined();
  });

  test.each([
    ["is missing", {}],
    ["fails", { "bin/docker-credential-store": helper("echo 'keychain is locked'; exit 1") }],
    ["talks nonsense", { "bin/docker-credential-store": helper("echo 'password: hunter2'") }],
    ["answers half", { "bin/docker-credential-store": helper(`echo '{"Secret":"hunter2"}'`) }],
  ])("one that %s is named, with the registry, and without secrets", async (_what, scripts) => {
    const files = { ...config({ credsStore: "store" }), ...scripts };
    const error: unknown = await found("registry.example.com", files).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CREDENTIALS_FAILED", exitCode: 3 });
    expect(String(error)).toContain("docker-credential-store");
    expect(String(error)).toContain("registry.example.com");
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  test("a helper that hangs ends with the signal", async () => {
    await using home = await createFolder({
      ...config({ credsStore: "store" }),
      "bin/docker-credential-store": helper("exec sleep 60"),
    });
    const stop = new AbortController();
    const reason = new Error("stopped");
    const asking = findCredentials({
      registry: "registry.example.com",
      environment: { HOME: home.path, PATH: `${home.path}/bin:${process.env.PATH}` },
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(reason), 50);
    await expect(asking).rejects.toBe(reason);
  });
});

test("credentials are described by user and place, never by what is secret", () => {
  const from = { server: "registry.example.com", source: "/home/me/.docker/config.json" };
  expect(describeCredentials(from)).toBe("without a login (none is in /home/me/.docker/config.json)");
  expect(describeCredentials({ ...from, username: "me", password: "hunter2" })).toBe(
    "as user me of /home/me/.docker/config.json",
  );
  expect(describeCredentials({ ...from, identityToken: "hunter2" })).toBe(
    "with the token in /home/me/.docker/config.json",
  );
});
