import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { resolveEndpoint } from "./index.ts";

const idOf = (context: string) => createHash("sha256").update(context).digest("hex");

function contextFiles(
  name: string,
  endpoint: object,
  tls: Record<string, string> = {},
): Record<string, string> {
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: endpoint } };
  return {
    [`.docker/contexts/meta/${idOf(name)}/meta.json`]: JSON.stringify(meta),
    ...Object.fromEntries(
      Object.entries(tls).map(([file, text]) => [`.docker/contexts/tls/${idOf(name)}/docker/${file}`, text]),
    ),
  };
}

describe("DOCKER_HOST", () => {
  test.each([
    ["unix:///run/user/1000/docker.sock", { kind: "unix", path: "/run/user/1000/docker.sock" }],
    ["tcp://10.0.0.5:2375", { kind: "tcp", host: "10.0.0.5", port: 2375 }],
    ["tcp://[fe80::1]:2375", { kind: "tcp", host: "fe80::1", port: 2375 }],
    ["10.0.0.5:2375", { kind: "tcp", host: "10.0.0.5", port: 2375 }],
    ["ssh://build", { kind: "ssh", host: "build", user: undefined, port: undefined, socket: undefined }],
    [
      "ssh://me@build.example.com:2222/run/docker.sock",
      { kind: "ssh", host: "build.example.com", user: "me", port: 2222, socket: "/run/docker.sock" },
    ],
  ])("%s is understood", async (host, address) => {
    const endpoint = await resolveEndpoint({ HOME: "/nonexistent", DOCKER_HOST: host });
    expect(endpoint.address).toEqual(address);
    expect(endpoint.tls).toBeUndefined();
    expect(endpoint.source).toBe("DOCKER_HOST");
  });

  test.each([
    "unix://relative.sock",
    "tcp://",
    "tcp://host:port",
    "tcp://host/path",
    "ssh://",
    "ssh://-oProxyCommand=touch@x",
    "ssh://me:secret@build",
    "npipe:////./pipe/docker_engine",
    "fd://",
    "ftp://host",
  ])("%s is refused as wrong configuration", async (host) => {
    const error: unknown = await resolveEndpoint({ HOME: "/nonexistent", DOCKER_HOST: host }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "DOCKER_HOST_INVALID", exitCode: 2 });
    expect(String(error)).not.toContain("secret");
  });

  test("a host that ssh would read as an option is refused", async () => {
    await expect(
      resolveEndpoint({ HOME: "/nonexistent", DOCKER_HOST: "ssh://me@-oProxyCommand=x" }),
    ).toThrowWithCode("DOCKER_HOST_INVALID");
  });

  test("default ports follow TLS", async () => {
    const environment = { HOME: "/nonexistent", DOCKER_HOST: "tcp://build" };
    expect((await resolveEndpoint(environment)).url).toBe("tcp://build:2375");
    expect((await resolveEndpoint({ ...environment, DOCKER_TLS_VERIFY: "1" })).url).toBe("tcp://build:2376");
  });

  test("TLS files come from DOCKER_CERT_PATH, and the command line is told", async () => {
    await using folder = await createFolder({ "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" });
    const endpoint = await resolveEndpoint({
      DOCKER_HOST: "tcp://build:2376",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: folder.path,
    });
    expect(endpoint.tls).toEqual({ ca: "CA", cert: "CERT", key: "KEY", verify: true });
    expect(endpoint.commandEnvironment).toEqual({
      DOCKER_HOST: "tcp://build:2376",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: folder.path,
    });
  });

  test("DOCKER_TLS alone encrypts and does not verify", async () => {
    const endpoint = await resolveEndpoint({
      HOME: "/nonexistent",
      DOCKER_HOST: "tcp://build",
      DOCKER_TLS: "1",
    });
    expect(endpoint.tls).toMatchObject({ verify: false });
    expect(endpoint.commandEnvironment).toMatchObject({ DOCKER_TLS: "1" });
  });

  test("a file that DOCKER_CERT_PATH lacks is named", async () => {
    await using folder = await createFolder({ "ca.pem": "CA", "cert.pem": "CERT" });
    const error: unknown = await resolveEndpoint({
      DOCKER_HOST: "tcp://build:2376",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: folder.path,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DOCKER_HOST_INVALID" });
    expect(String(error)).toContain("key.pem");
  });

  test("wins over DOCKER_CONTEXT", async () => {
    const environment = { HOME: "/nonexistent", DOCKER_HOST: "unix:///a.sock", DOCKER_CONTEXT: "none" };
    expect((await resolveEndpoint(environment)).url).toBe("unix:///a.sock");
  });
});

describe("contexts", () => {
  test("DOCKER_CONTEXT names one, with its own TLS files", async () => {
    await using home = await createFolder(
      contextFiles(
        "far",
        { Host: "tcp://far.example.com" },
        { "ca.pem": "CA", "cert.pem": "C", "key.pem": "K" },
      ),
    );
    const endpoint = await resolveEndpoint({ HOME: home.path, DOCKER_CONTEXT: "far" });
    expect(endpoint).toMatchObject({
      url: "tcp://far.example.com:2376",
      tls: { ca: "CA", cert: "C", key: "K", verify: true },
      commandEnvironment: { DOCKER_CONTEXT: "far" },
      source: 'docker context "far"',
    });
  });

  test("the one in use is found in the docker configuration, also under DOCKER_CONFIG", async () => {
    await using home = await createFolder({
      ...contextFiles("mine", { Host: "ssh://me@build" }),
      ".docker/config.json": JSON.stringify({ currentContext: "mine" }),
    });
    for (const environment of [
      { HOME: home.path },
      { HOME: "/nonexistent", DOCKER_CONFIG: `${home.path}/.docker` },
    ]) {
      const endpoint = await resolveEndpoint(environment);
      expect(endpoint.url).toBe("ssh://me@build");
      expect(endpoint.tls).toBeUndefined();
    }
  });

  test("a context without TLS files is plain, one that skips verification is not", async () => {
    await using home = await createFolder({
      ...contextFiles("plain", { Host: "tcp://build" }),
      ...contextFiles("lax", { Host: "tcp://build", SkipTLSVerify: true }),
    });
    expect(await resolveEndpoint({ HOME: home.path, DOCKER_CONTEXT: "plain" })).toMatchObject({
      url: "tcp://build:2375",
      tls: undefined,
    });
    expect((await resolveEndpoint({ HOME: home.path, DOCKER_CONTEXT: "lax" })).tls).toMatchObject({
      verify: false,
    });
  });

  test("an unknown context is an error that names the known ones and where the name came from", async () => {
    await using home = await createFolder({
      ...contextFiles("far", { Host: "tcp://far" }),
      ".docker/config.json": JSON.stringify({ currentContext: "fra" }),
    });
    const error: unknown = await resolveEndpoint({ HOME: home.path }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DOCKER_CONTEXT_UNKNOWN", exitCode: 2 });
    expect(String(error)).toContain(`${home.path}/.docker/config.json`);
    expect((error as { hint: string }).hint).toContain("default, far");
  });

  test.each([
    { what: "HOME", variables: (file: string) => ({ HOME: file, DOCKER_HOST: "tcp://build" }) },
    { what: "DOCKER_CONFIG", variables: (file: string) => ({ HOME: "/nonexistent", DOCKER_CONFIG: file }) },
  ])("$what that is no folder is named: docker would only say that it has no plugins", async (each) => {
    await using folder = await createFolder({ file: "" });
    const environment = each.variables(`${folder.path}/file`);
    const error: unknown = await resolveEndpoint(environment).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DOCKER_CONFIG_INVALID", exitCode: 2 });
    expect(String(error)).toContain(`${folder.path}/file`);
    expect(String(error)).toContain(`(from ${each.what})`);
  });

  test("a broken docker configuration is named", async () => {
    await using home = await createFolder({ ".docker/config.json": "{ not json" });
    const error: unknown = await resolveEndpoint({ HOME: home.path }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "DOCKER_CONFIG_INVALID", exitCode: 2 });
    expect(String(error)).toContain("config.json");
  });
});

describe("the default", () => {
  test("is the usual socket, and the command line is told", async () => {
    const endpoint = await resolveEndpoint({ HOME: "/nonexistent", DOCKER_CONTEXT: "default" });
    expect(endpoint.url).toBe("unix:///var/run/docker.sock");
    expect(endpoint.commandEnvironment).toEqual({ DOCKER_HOST: "unix:///var/run/docker.sock" });
  });

  test("is the rootless socket where only that exists", async () => {
    await using folder = await createFolder({ "docker.sock": "" });
    const environment = { HOME: "/nonexistent", XDG_RUNTIME_DIR: folder.path };
    const withoutDefault = await resolveEndpoint(environment, { defaultSocket: "/nonexistent/docker.sock" });
    expect(withoutDefault.url).toBe(`unix://${folder.path}/docker.sock`);
    const neither = await resolveEndpoint(
      { HOME: "/nonexistent", XDG_RUNTIME_DIR: "/nonexistent" },
      { defaultSocket: "/nonexistent/docker.sock" },
    );
    expect(neither.url).toBe("unix:///nonexistent/docker.sock");
    const both = await resolveEndpoint(environment, { defaultSocket: `${folder.path}/docker.sock` });
    expect(both.url).toBe(`unix://${folder.path}/docker.sock`);
  });
});
