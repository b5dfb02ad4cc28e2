import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { connectQuickly } from "../testing/connect.ts";
import { freshBlob } from "../testing/content.ts";
import { type RegistryServer, startRegistryServer } from "../testing/registry-server.ts";
import { answers } from "../testing/server-faults.ts";
import { type OciSubject, startSubject } from "../testing/subject.ts";

const SECRET = "hunter2-and-more";

/** A registry that wants this login, with a client that has it, and a second server that must learn nothing. */
async function startWithLogin(kind: "basic" | "token") {
  const auth =
    kind === "basic"
      ? ({ kind, user: "ci", password: SECRET } as const)
      : ({ kind, users: { ci: SECRET } } as const);
  const subject = await startSubject({ auth });
  const other = await startRegistryServer();
  const { registry } = subject.server;
  const login = Buffer.from(`ci:${SECRET}`).toString("base64");
  const home = await createFolder({
    ".docker/config.json": JSON.stringify({ auths: { [registry]: { auth: login } } }),
  });
  const { client } = connectQuickly({ environment: { HOME: home.path } });
  return {
    ...subject,
    app: client.repository({ registry, repository: "team/app" }),
    other,
    async [Symbol.asyncDispose]() {
      for (const each of [client, home, other, subject]) await each[Symbol.asyncDispose]();
    },
  };
}

function expectInnocent(other: RegistryServer): void {
  expect(other.requests.length).toBeGreaterThan(0);
  for (const { headers, path } of other.requests) {
    expect(headers.authorization).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
    expect(path).not.toContain("token");
  }
}

describe.each(["basic", "token"] as const)("credentials (%s) stay with their registry", (kind) => {
  test("when a blob lies in a storage elsewhere", async () => {
    await using subject = await startWithLogin(kind);
    const { server, other, app, layer, signal } = subject;
    other.fault(answers("GET /bucket/", { status: 200, body: layer.bytes }));
    const location = `${other.origin}/bucket/layer?X-Amz-Signature=abc`;
    server.fault(async ({ method, path, headers }, response) => {
      if (method !== "GET" || !path.includes("/blobs/") || headers.authorization === undefined) return;
      response.writeHead(307, { location });
      response.end();
      return true;
    });
    expect(await buffer(await app.blobs.open(layer, signal))).toEqual(layer.bytes);
    expectInnocent(other);
  });

  test("when an upload is to go elsewhere", async () => {
    await using subject = await startWithLogin(kind);
    const { server, other, app, signal } = subject;
    const blob = freshBlob();
    other.fault(answers("PUT /bucket/", { status: 201, headers: { "docker-content-digest": blob.digest } }));
    server.fault(({ method, headers }, response) => {
      if (method !== "POST" || headers.authorization === undefined) return;
      response.writeHead(202, { location: `${other.origin}/bucket/upload?X-Amz-Signature=abc` });
      response.end();
      return true;
    });
    await app.blobs.put(blob, signal);
    expectInnocent(other);
    expect(other.requests[0]?.path).toContain("X-Amz-Signature=abc&digest=sha256");
  });

  test("when a manifest is elsewhere, and that place asks for a login too", async () => {
    await using subject = await startWithLogin(kind);
    const { server, other, app, signal } = subject;
    const challenge = { "www-authenticate": `Bearer realm="${other.origin}/token",service="evil"` };
    other.fault(answers("GET /", { status: 401, headers: challenge }));
    server.fault(
      answers("GET /v2/team/app/manifests/", { status: 302, headers: { location: `${other.origin}/x` } }),
    );
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
    expectInnocent(other);
    expect(other.requests).toHaveLength(1);
  });

  test("when a list goes on elsewhere: it is not followed", async () => {
    await using subject = await startWithLogin(kind);
    const { server, other, app, signal } = subject;
    const headers = { link: `<${other.origin}/v2/team/app/tags/list>; rel="next"` };
    server.fault(answers("GET /v2/team/app/tags/", { status: 200, headers, body: '{"tags":["1"]}' }));
    await expect(app.manifests.tags(signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(other.requests).toEqual([]);
  });
});

describe("what the token server gets", () => {
  test("the login goes to the realm, the token to the registry, and neither to the other", async () => {
    await using tokens = await startRegistryServer({ auth: { kind: "token", users: { ci: SECRET } } });
    await using subject = await startSubject();
    const { server, manifest, signal } = subject;
    server.fault(({ headers }, response) => {
      if (headers.authorization !== undefined) return;
      response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.origin}/token",service="s"` });
      response.end();
      return true;
    });
    const login = Buffer.from(`ci:${SECRET}`).toString("base64");
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: login } } }),
    });
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    expect((await app.manifests.get("1", signal))?.digest).toBe(manifest.digest);
    expect(tokens.requests.map(({ headers }) => headers.authorization)).toEqual([`Basic ${login}`]);
    const seen = server.requests.map(({ headers }) => headers.authorization);
    expect(seen.filter((each) => each?.startsWith("Basic"))).toEqual([]);
    expect(seen.at(-1)).toMatch(/^Bearer token-/);
  });

  test.each([
    ["in plain text over a wire", "http://auth.example.com/token"],
    ["by something that is not HTTP", "ftp://127.0.0.1/token"],
    ["nowhere", "token"],
  ])("a login that is wanted %s is not sent", async (_what, realm) => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    const headers = { "www-authenticate": `Bearer realm="${realm}",service="s"` };
    server.fault(answers("", { status: 401, headers }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
  });
});

describe("where redirects may lead", () => {
  const redirects = ({ server }: OciSubject, location: string) =>
    server.fault(answers("GET /v2/team/app/manifests/", { status: 307, headers: { location } }));

  test("in a circle: not for long", async () => {
    await using subject = await startSubject();
    redirects(subject, "/v2/team/app/manifests/1");
    await expect(subject.app.manifests.get("1", subject.signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(subject.server.requests.length).toBeLessThan(10);
  });

  test.each(["", "http://", "file:///etc/passwd"])("to %j: nowhere", async (location) => {
    await using subject = await startSubject();
    redirects(subject, location);
    await expect(subject.app.manifests.get("1", subject.signal)).toThrowWithCode("REGISTRY_FAILED");
  });

  test("an upload is not redirected", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    await using other = await startRegistryServer();
    server.fault(answers("PUT ", { status: 307, headers: { location: `${other.origin}/x` } }));
    await expect(app.manifests.put("2", manifest, signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(other.requests).toEqual([]);
  });

  test("a user in an address is not used", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    await using other = await startRegistryServer();
    other.fault(
      answers("GET /", {
        status: 200,
        headers: { "content-type": manifest.mediaType },
        body: manifest.bytes,
      }),
    );
    redirects(subject, `${other.origin.replace("://", "://me:word@")}/x`);
    expect((await app.manifests.get("1", signal))?.digest).toBe(manifest.digest);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(server.requests.length).toBeGreaterThan(1);
  });
});

describe("what errors show", () => {
  test("never what is secret, whatever the registry repeats", async () => {
    const tokens: string[] = [];
    const auth = {
      kind: "token",
      onToken: (token: string) => tokens.push(token),
      users: { ci: SECRET },
    } as const;
    await using subject = await startSubject({ auth });
    const { server, signal } = subject;
    const login = Buffer.from(`ci:${SECRET}`).toString("base64");
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: login } } }),
    });
    server.fault(({ path, headers }, response) => {
      if (!path.includes("/manifests/") || headers.authorization === undefined) return;
      response.writeHead(403, { "content-type": "application/json" });
      const message = `no: ${headers.authorization} ${SECRET} ${login}\u001b[31m\nforged line`;
      response.end(JSON.stringify({ errors: [{ code: "DENIED", message, detail: "x".repeat(10_000) }] }));
      return true;
    });
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    const error = await app.manifests.get("1", signal).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: "REGISTRY_DENIED" });
    const shown = `${error} ${JSON.stringify(error)} ${(error as Error).cause} ${JSON.stringify((error as Error).cause)}`;
    expect(tokens).toHaveLength(1);
    for (const secret of [SECRET, login, ...tokens, "\u001b", "\n    forged"])
      expect(shown).not.toContain(secret);
    expect(shown).toContain("[redacted]");
    expect(shown.length).toBeLessThan(3000);
  });

  test("the place of a storage that refuses, not the signature in its address", async () => {
    await using subject = await startSubject();
    const { server, app, layer, signal } = subject;
    await using other = await startRegistryServer();
    other.fault(answers("GET /", { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" }));
    const location = `${other.origin}/bucket?X-Amz-Signature=abcdef`;
    server.fault(answers("GET /v2/team/app/blobs/", { status: 307, headers: { location } }));
    const error = await app.blobs.open(layer, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "REGISTRY_FAILED" });
    expect(String(error)).toContain(other.origin);
    expect(String(error)).toContain("AccessDenied");
    expect(String(error)).not.toContain("abcdef");
  });
});
