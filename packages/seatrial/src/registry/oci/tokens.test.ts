import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { connectQuickly } from "../testing/connect.ts";
import { freshBlob } from "../testing/content.ts";
import type { RegistryServerOptions } from "../testing/registry-server.ts";
import { answers, times } from "../testing/server-faults.ts";
import { type OciSubject, seedImage, startSubject } from "../testing/subject.ts";

const tokenRequests = ({ server }: OciSubject) =>
  server.requests.filter(({ path }) => path.startsWith("/token"));
const scopesAsked = (subject: OciSubject) =>
  tokenRequests(subject).map(({ path }) => new URL(path, "http://server").searchParams.getAll("scope"));

/** The same subject, over a client whose docker configuration has this for the registry. */
async function startLoggedIn(auth: RegistryServerOptions["auth"], login: object, now?: () => number) {
  const subject = await startSubject({ auth });
  const { registry } = subject.server;
  const home = await createFolder({
    ".docker/config.json": JSON.stringify({ auths: { [registry]: login } }),
  });
  const { client } = connectQuickly({ environment: { HOME: home.path }, ...(now && { now }) });
  return {
    ...subject,
    client,
    app: client.repository({ registry, repository: "team/app" }),
    async [Symbol.asyncDispose]() {
      for (const each of [client, home, subject]) await each[Symbol.asyncDispose]();
    },
  };
}

describe("tokens", () => {
  test("anybody gets one where the registry gives them to anybody", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { app, manifest, signal } = subject;
    expect((await app.manifests.get("1", signal))?.digest).toBe(manifest.digest);
    expect(tokenRequests(subject).map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(tokenRequests(subject)[0]?.path).toContain("service=test+registry");
  });

  test("are asked for once for the same rights, and a larger one serves for less", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { app, client, signal } = subject;
    await app.manifests.get("1", signal);
    await app.manifests.tags(signal);
    await app.blobs.put(freshBlob(), signal);
    const again = client.repository(app.name);
    await again.manifests.get("1", signal);
    expect(scopesAsked(subject)).toEqual([["repository:team/app:pull"], ["repository:team/app:pull,push"]]);
  });

  test("are asked for what is to be done, not for what a greeting names", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { server, app, manifest, signal } = subject;
    const realm = `Bearer realm="${server.origin}/token",service="test registry",scope="repository:user/image:pull"`;
    const greeting = { status: 401, headers: { "www-authenticate": realm } };
    server.fault((request, response) =>
      request.path === "/v2/" ? answers("GET /v2/", greeting)(request, response) : undefined,
    );
    await app.manifests.get("1", signal);
    await app.manifests.put("2", manifest, signal);
    expect(scopesAsked(subject)).toEqual([["repository:team/app:pull"], ["repository:team/app:pull,push"]]);
  });

  test("are asked for what a refusal wants besides, for that request only", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { server, app, client, signal } = subject;
    seedImage(server, "team/other");
    const realm = `Bearer realm="${server.origin}/token",service="test registry",scope="repository:mirror/app:pull"`;
    server.fault(
      times(1, answers("GET /v2/team/app", { status: 401, headers: { "www-authenticate": realm } })),
    );
    await app.manifests.get("1", signal);
    await client.repository({ ...app.name, repository: "team/other" }).manifests.get("1", signal);
    expect(scopesAsked(subject)).toEqual([
      ["repository:team/app:pull"],
      ["repository:mirror/app:pull", "repository:team/app:pull"],
      ["repository:team/other:pull"],
    ]);
  });

  test("for a mount are asked for both repositories at once", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { server, app, signal } = subject;
    const { layer } = seedImage(server, "team/from");
    expect(await app.blobs.mount(layer, { ...app.name, repository: "team/from" }, signal)).toBe(true);
    expect(scopesAsked(subject)).toEqual([["repository:team/app:pull,push", "repository:team/from:pull"]]);
  });

  test("that many wait for are asked for once", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { app, signal } = subject;
    await Promise.all([1, 2, 3, 4, 5].map(async () => await app.manifests.get("1", signal)));
    expect(tokenRequests(subject)).toHaveLength(1);
  });

  test("are asked for anew shortly before they end", async () => {
    let now = 1_000_000;
    await using subject = await startSubject({
      auth: { kind: "token", expiresIn: 60 },
      client: { now: () => now },
    });
    const { app, signal } = subject;
    await app.manifests.get("1", signal);
    now += 49_000;
    await app.manifests.get("1", signal);
    expect(tokenRequests(subject)).toHaveLength(1);
    now += 2_000;
    await app.manifests.get("1", signal);
    expect(tokenRequests(subject)).toHaveLength(2);
  });

  test("that the registry does not know any more are asked for anew, once", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { server, app, manifest, signal } = subject;
    await app.manifests.get("1", signal);
    const realm = `Bearer realm="${server.origin}/token",service="test registry"`;
    const expired = { status: 401, headers: { "www-authenticate": realm } };
    server.fault(times(1, answers("PUT ", expired)));
    await app.manifests.put("2", manifest, signal);
    await app.manifests.put("3", manifest, signal);
    expect(tokenRequests(subject)).toHaveLength(3);

    server.fault(answers("PUT ", expired));
    await expect(app.manifests.put("4", manifest, signal)).toThrowWithCode("REGISTRY_DENIED");
    expect(tokenRequests(subject)).toHaveLength(4);
  });

  test("without the right that was asked for are a denial that names the user", async () => {
    const auth = { kind: "token", users: { ci: "secret" }, withheld: ["repository:team/app:push"] } as const;
    await using subject = await startLoggedIn(
      { ...auth, withheld: [...auth.withheld] },
      { auth: btoa("ci:secret") },
    );
    const { app, manifest, signal } = subject;
    expect(await app.manifests.get("1", signal)).toBeDefined();
    const pushing = app.manifests.put("2", manifest, signal);
    await expect(pushing).toThrowWithCode("REGISTRY_DENIED");
    await expect(pushing).rejects.toThrow("as user ci of ");
  });

  test("that the token server refuses are a denial that names it", async () => {
    await using subject = await startLoggedIn(
      { kind: "token", users: { ci: "secret" } },
      { auth: btoa("ci:wrong") },
    );
    const { app, server, signal } = subject;
    const reading = app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_DENIED");
    await expect(reading).rejects.toThrow(
      `incorrect username or password (status 401). The token server at ${server.origin} says so.`,
    );
    expect(tokenRequests(subject)).toHaveLength(1);
  });

  test("a token server that is out of order is waited for", async () => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    const { app, server, signal, waits } = subject;
    server.fault(times(2, answers("GET /token", { status: 503 })));
    expect(await app.manifests.get("1", signal)).toBeDefined();
    expect(waits).toHaveLength(2);
  });

  test.each([
    ["no JSON", "<html>"],
    ["no token", '{"expires_in":60}'],
    ["a token with a line break", JSON.stringify({ token: "a\r\nx-evil: 1" })],
    ["2 MB", JSON.stringify({ token: "x".repeat(2_000_000) })],
  ])("%s is no token", async (_what, body) => {
    await using subject = await startSubject({ auth: { kind: "token" } });
    subject.server.fault(answers("GET /token", { status: 200, body }));
    await expect(subject.app.manifests.get("1", subject.signal)).toThrowWithCode("REGISTRY_FAILED");
  });
});

describe("other things to show", () => {
  test("an identity token is exchanged by POST, and not shown to the registry", async () => {
    await using subject = await startLoggedIn(
      { kind: "token", users: {}, identityToken: "identity-secret" },
      { auth: btoa("00000000-0000:"), identitytoken: "identity-secret" },
    );
    const { app, server, signal } = subject;
    expect(await app.manifests.get("1", signal)).toBeDefined();
    expect(tokenRequests(subject).map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /token"]);
    expect(JSON.stringify(server.requests)).not.toContain("identity-secret");
  });

  test("a registry token is shown as it is", async () => {
    await using subject = await startLoggedIn(undefined, { registrytoken: "registry-secret" });
    const { app, server, signal } = subject;
    const challenge = { "www-authenticate": 'Bearer realm="https://auth.example.com/token"' };
    server.fault((request, response) =>
      request.headers.authorization === "Bearer registry-secret"
        ? undefined
        : answers("", { status: 401, headers: challenge })(request, response),
    );
    expect(await app.manifests.get("1", signal)).toBeDefined();
  });

  test("one that no header can hold is a failure with words, and is not shown", async () => {
    await using subject = await startLoggedIn(undefined, { registrytoken: "hunter2\nx-evil: 1" });
    const { app, server, signal } = subject;
    const challenge = { "www-authenticate": 'Bearer realm="https://auth.example.com/token"' };
    server.fault(answers("", { status: 401, headers: challenge }));
    const reading = app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_FAILED");
    await expect(reading).rejects.not.toThrow("hunter2");
  });

  test("of several ways in, one that we know is taken", async () => {
    await using subject = await startLoggedIn(
      { kind: "basic", user: "ci", password: "secret" },
      { auth: btoa("ci:secret") },
    );
    const { app, server, signal } = subject;
    const several = 'Negotiate, Digest realm="a, b", nonce="x", Basic realm="c"';
    server.fault((request, response) =>
      request.headers.authorization === undefined
        ? answers("", { status: 401, headers: { "www-authenticate": several } })(request, response)
        : undefined,
    );
    expect(await app.manifests.get("1", signal)).toBeDefined();
  });

  test("a way in that we do not know is named", async () => {
    await using subject = await startSubject();
    const { app, server, signal } = subject;
    server.fault(answers("", { status: 401, headers: { "www-authenticate": "Negotiate" } }));
    await expect(app.manifests.get("1", signal)).rejects.toThrow(
      "a kind of login that we do not know (negotiate)",
    );
  });
});
