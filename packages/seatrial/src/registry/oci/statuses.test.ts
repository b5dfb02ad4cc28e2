import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { connectQuickly } from "../testing/connect.ts";
import { freshBlob } from "../testing/content.ts";
import { answers, hangsUp, times } from "../testing/server-faults.ts";
import { startSubject } from "../testing/subject.ts";

const PUT = "PUT /v2/team/app/manifests/";
const denied = JSON.stringify({ errors: [{ code: "DENIED", message: "requested access is denied" }] });

describe("a registry that says no", () => {
  test("401 and no login: says that none is there, and how to log in", async () => {
    await using subject = await startSubject({ auth: { kind: "basic", user: "ci", password: "x" } });
    const { app, server, manifest, signal } = subject;
    const error = await app.manifests.put("2", manifest, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "REGISTRY_DENIED",
      exitCode: 3,
      hint: expect.stringContaining(`docker login ${server.registry}`),
    });
    expect(String(error)).toContain(`repository team/app of registry ${server.registry}`);
    expect(String(error)).toContain("without a login (none is in /nonexistent/.docker/config.json)");
  });

  test.each([
    [401, "Check the name of the repository, then log in"],
    [403, "Whoever owns team/app must give that user the right to it."],
  ])("%i with a login: names user and file, and asks no third time", async (status, hint) => {
    await using subject = await startSubject();
    const { server, manifest, signal } = subject;
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: btoa("ci:wrong") } } }),
    });
    const challenge = { "www-authenticate": 'Basic realm="x"' };
    server.fault(answers("GET /v2/", { status: 401, headers: challenge }));
    server.fault(answers(PUT, { status, headers: challenge, body: denied }));
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    const error = await app.manifests.put("2", manifest, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "REGISTRY_DENIED", hint: expect.stringContaining(hint) });
    expect(String(error)).toContain(`as user ci of ${home.path}/.docker/config.json`);
    expect(String(error)).toContain("requested access is denied");
    expect(server.requests.filter(({ method }) => method === "PUT")).toHaveLength(1);
  });

  test.each([
    [400, "REGISTRY_REFUSED"],
    [500, "REGISTRY_FAILED"],
    [undefined, "REGISTRY_UNREACHABLE"],
  ])("%s after a login names that too", async (status, code) => {
    await using subject = await startSubject({ auth: { kind: "basic", user: "ci", password: "x" } });
    const { server, signal } = subject;
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: btoa("ci:x") } } }),
    });
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    await app.manifests.get("1", signal);
    server.fault(status === undefined ? hangsUp("GET ") : answers("GET ", { status }));
    const reading = app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode(code);
    await expect(reading).rejects.toThrow(`as user ci of ${home.path}/.docker/config.json: the registry`);
  });

  test("404 to a blob says whose login was not shown it, and so does the repository for what else is not there", async () => {
    await using subject = await startSubject({ auth: { kind: "basic", user: "ci", password: "x" } });
    const { server, signal } = subject;
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: btoa("ci:x") } } }),
    });
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    expect(app.login()).toBe("without a login");
    const reading = app.blobs.open(freshBlob(), signal);
    await expect(reading).toThrowWithCode("BLOB_NOT_FOUND");
    await expect(reading).rejects.toThrow(`as user ci of ${home.path}/.docker/config.json`);
    expect(app.login()).toBe(`as user ci of ${home.path}/.docker/config.json`);
  });

  test("404 to a push: the repository may not be made by it", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    const body = JSON.stringify({ errors: [{ code: "NAME_UNKNOWN", message: "project team not found" }] });
    server.fault(answers(PUT, { status: 404, body }));
    const pushing = app.manifests.put("2", manifest, signal);
    await expect(pushing).toThrowWithCode("REGISTRY_REFUSED");
    await expect(pushing).rejects.toThrow("project team not found");
  });

  test("403 to a mount is no failure: the blob is not mounted", async () => {
    await using subject = await startSubject();
    const { server, app, layer, signal } = subject;
    server.fault(answers("POST ", { status: 403, body: denied }));
    expect(await app.blobs.mount(layer, { ...app.name, repository: "team/other" }, signal)).toBe(false);
  });

  test("an upload that a mount opened is given up", async () => {
    await using subject = await startSubject();
    const { server, app, signal } = subject;
    expect(await app.blobs.mount(freshBlob(), { ...app.name, repository: "team/other" }, signal)).toBe(false);
    expect(server.requests.map(({ method }) => method).slice(-2)).toEqual(["POST", "DELETE"]);
    expect(server.store.get("team/app")?.uploads.size).toBe(0);
  });
});

describe("a registry that is out of order", () => {
  test("500 a few times passes, with growing waits", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal, waits } = subject;
    server.fault(times(3, answers(PUT, { status: 503 })));
    await app.manifests.put("2", manifest, signal);
    expect(server.store.get("team/app")?.tags.get("2")).toBe(manifest.digest);
    expect(waits).toEqual([250, 500, 1000]);
  });

  test.each([500, 502, 503, 504])("%i without end fails after five tries", async (status) => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    server.fault(answers("GET /v2/team/app/", { status, body: "<h1>Bad gateway</h1>" }));
    const reading = app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_FAILED");
    await expect(reading).rejects.toThrow("Bad gateway (status");
    expect(waits).toHaveLength(4);
  });

  test("other failures are not tried again", async () => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    server.fault(answers("GET /v2/team/app/", { status: 505 }));
    await expect(app.manifests.get("1", signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(waits).toEqual([]);
  });

  test.each([405, 501])(
    "a list of tags that it does not have (%i) does not pass: it refuses",
    async (status) => {
      await using subject = await startSubject();
      const { server, app, signal } = subject;
      server.fault(answers("GET /v2/team/app/tags/", { status }));
      await expect(app.manifests.tags(signal)).toThrowWithCode("REGISTRY_REFUSED");
    },
  );

  test("429 waits as long as it is asked to, in seconds or until a date", async () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5);
    await using subject = await startSubject({ client: { now: () => now } });
    const { server, app, signal, waits } = subject;
    server.fault(times(1, answers("GET /v2/team", { status: 429, headers: { "retry-after": "7" } })));
    const date = new Date(now + 30_000).toUTCString();
    server.fault(times(1, answers("GET /v2/team", { status: 429, headers: { "retry-after": date } })));
    expect(await app.manifests.get("1", signal)).toBeDefined();
    expect(waits).toEqual([7_000, 30_000]);
  });

  test("429 that asks for more patience than we have fails at once", async () => {
    await using subject = await startSubject();
    const { server, app, signal, waits } = subject;
    server.fault(answers("GET /v2/team", { status: 429, headers: { "retry-after": "3600" } }));
    const reading = app.manifests.get("1", signal);
    await expect(reading).toThrowWithCode("REGISTRY_LIMITED");
    await expect(reading).rejects.toThrow("without a login: the registry has had too many requests");
    await expect(reading).rejects.toThrow("asks us to wait 60 m 00 s");
    expect(waits).toEqual([]);
  });

  test("429 names the login whose limit it is, and does not send whoever has one to log in", async () => {
    await using subject = await startSubject({ auth: { kind: "basic", user: "ci", password: "x" } });
    const { server, signal } = subject;
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({ auths: { [server.registry]: { auth: btoa("ci:x") } } }),
    });
    server.fault(answers("GET /v2/team", { status: 429 }));
    await using client = connectQuickly({ environment: { HOME: home.path } }).client;
    const app = client.repository({ registry: server.registry, repository: "team/app" });
    const error = await app.manifests.get("1", signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "REGISTRY_LIMITED", hint: expect.not.stringContaining("log in") });
    expect(String(error)).toContain(`as user ci of ${home.path}/.docker/config.json`);
  });

  test("what follows a greeting that failed once is not lost", async () => {
    await using subject = await startSubject();
    const { server, app, manifest, signal } = subject;
    server.fault(times(2, answers("GET /v2/", { status: 503 })));
    expect((await app.manifests.get("1", signal))?.digest).toBe(manifest.digest);
  });

  test("a wait ends with the signal", async () => {
    await using subject = await startSubject({ client: { sleep: undefined } });
    const { server, app } = subject;
    server.fault(answers("GET /v2/team", { status: 429, headers: { "retry-after": "60" } }));
    const stop = new AbortController();
    const reason = new Error("stopped by the user");
    setTimeout(() => stop.abort(reason), 50);
    await expect(app.manifests.get("1", stop.signal)).rejects.toBe(reason);
  });
});
