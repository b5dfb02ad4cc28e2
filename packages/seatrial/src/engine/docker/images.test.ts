import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { deferred } from "../../support/abort.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { answer, live, startFakeEngine } from "./testing/fake-engine.ts";

const IMAGE = {
  Id: `sha256:${"1".repeat(64)}`,
  RepoDigests: ["app@sha256:abc"],
  Created: "2026-01-02T03:04:05Z",
  Os: "linux",
  Architecture: "arm64",
  Variant: "v8",
  Size: 1234,
  RootFS: { Layers: [`sha256:${"2".repeat(64)}`] },
  Config: {
    User: "app",
    Env: ["PATH=/bin", "EMPTY=", "EQUALS=a=b"],
    Entrypoint: ["/app"],
    Cmd: null,
    WorkingDir: "/srv",
    Volumes: { "/data": {} },
    ExposedPorts: { "8080/tcp": {}, "53/udp": {}, "9000": {} },
    StopSignal: "SIGINT",
    Labels: { a: "b" },
    Healthcheck: { Test: ["CMD", "true"], Timeout: 3e9, StartPeriod: 0, Retries: 2 },
  },
};

describe("looking at an image", () => {
  test("every field that we use is read", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, IMAGE));
    await using engine = fake.connect();
    expect(await engine.images.inspect("registry.example.com:5000/team/app:1", live())).toEqual({
      id: IMAGE.Id,
      layers: IMAGE.RootFS.Layers,
      repoDigests: ["app@sha256:abc"],
      config: {
        user: "app",
        env: { PATH: "/bin", EMPTY: "", EQUALS: "a=b" },
        entrypoint: ["/app"],
        command: [],
        workingDir: "/srv",
        volumes: ["/data"],
        ports: [8080, 9000],
        exposed: ["9000", "8080/tcp", "53/udp"],
        stopSignal: "SIGINT",
        labels: { a: "b" },
        healthcheck: { test: ["CMD", "true"], timeoutMs: 3000, startPeriodMs: undefined, retries: 2 },
      },
      platform: "linux/arm64/v8",
      size: 1234,
      createdAt: "2026-01-02T03:04:05Z",
    });
    expect(fake.requests).toEqual(["GET /v1.41/images/registry.example.com%3A5000/team/app%3A1/json"]);
  });

  test("a name that is none is refused before anything is asked", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, IMAGE));
    await using engine = fake.connect();
    await expect(engine.images.inspect("../containers", live())).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    await expect(engine.images.remove("App", live())).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    expect(fake.requests).toEqual([]);
  });
});

describe("pulling", () => {
  const pull = async (lines: object[], options: { status?: number } = {}) => {
    const notes: string[] = [];
    await using fake = await startFakeEngine(({ path }, response) => {
      if (path.endsWith("/json")) answer(response, 200, IMAGE);
      else if (options.status !== undefined) answer(response, options.status, lines[0]);
      else response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
    });
    await using engine = fake.connect();
    const image = await engine.images.pull("registry.example.com/app:1", {
      onProgress: (note) => notes.push(note),
      signal: live(),
    });
    return { image, notes, requests: fake.requests };
  };

  test("asks for name and tag, tells the progress of all layers, and gives the image", async () => {
    const { image, notes, requests } = await pull([
      { status: "Pulling from app", id: "1" },
      { status: "Pulling fs layer", id: "a" },
      { status: "Already exists", id: "b" },
      { status: "Downloading", id: "a", progressDetail: { current: 1e6, total: 4e6 } },
      { status: "Downloading", id: "a", progressDetail: { current: 1e6, total: 4e6 } },
      { status: "Download complete", id: "a" },
      { status: "Pull complete", id: "a" },
      { status: "Digest: sha256:abc" },
    ]);
    expect(image.id).toBe(IMAGE.Id);
    expect(requests[0]).toBe("POST /v1.41/images/create?fromImage=registry.example.com%2Fapp&tag=1");
    expect(notes).toEqual([
      "0 of 1 layers",
      "1 of 2 layers",
      "1 of 2 layers, 1.0 MB of 4.0 MB",
      "1 of 2 layers, 4.0 MB of 4.0 MB",
      "2 of 2 layers, 4.0 MB of 4.0 MB",
    ]);
  });

  test("sends the user's credentials for that registry only", async () => {
    const headers: (string | undefined)[] = [];
    await using fake = await startFakeEngine(({ path, headers: sent }, response) => {
      if (path.endsWith("/create")) headers.push(sent["x-registry-auth"] as string | undefined);
      answer(response, 200, IMAGE);
    });
    await using home = await createFolder({
      ".docker/config.json": JSON.stringify({
        auths: { "registry.example.com": { auth: btoa("me:secret") } },
      }),
    });
    await using engine = fake.connect({ environment: { HOME: home.path } });
    for (const name of ["registry.example.com/app", "other.example.com/app"]) {
      await engine.images.pull(name, { onProgress: () => undefined, signal: live() });
    }
    expect(JSON.parse(Buffer.from(headers[0] ?? "", "base64url").toString())).toMatchObject({
      password: "secret",
    });
    expect(headers[1]).toBeUndefined();
  });

  test.each([
    [
      "IMAGE_NOT_FOUND",
      "manifest for registry.example.com/app:1 not found: manifest unknown: manifest unknown",
    ],
    ["IMAGE_NOT_FOUND", "no matching manifest for linux/arm64/v8 in the manifest list entries"],
    [
      "IMAGE_PULL_DENIED",
      "pull access denied for app, repository does not exist or may require 'docker login'",
    ],
    [
      "IMAGE_PULL_DENIED",
      'Head "https://registry.example.com/v2/app/manifests/1": unauthorized: authentication required',
    ],
    ["IMAGE_PULL_DENIED", 'Head "https://registry.example.com/v2/": no basic auth credentials'],
    ["IMAGE_PULL_DENIED", "toomanyrequests: You have reached your pull rate limit."],
    [
      "REGISTRY_UNREACHABLE",
      'Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 10.0.0.1:53: no such host',
    ],
    [
      "REGISTRY_UNREACHABLE",
      'Get "https://registry.example.com/v2/": x509: certificate signed by unknown authority',
    ],
    ["REGISTRY_UNREACHABLE", 'Get "https://registry.example.com/v2/": net/http: TLS handshake timeout'],
    [
      "REGISTRY_UNREACHABLE",
      'Get "https://registry.example.com/v2/": http: server gave HTTP response to HTTPS client',
    ],
    ["ENGINE_FAILED", "write /var/lib/docker/tmp/GetImageBlob1: no space left on device"],
  ])("%s: %s", async (code, message) => {
    // The engine says it with a status, or inside a stream that began well.
    await expect(pull([{ message }], { status: 500 })).toThrowWithCode(code);
    await expect(
      pull([{ status: "Pulling from app" }, { errorDetail: { message }, error: message }]),
    ).toThrowWithCode(code);
  });

  test("a stream that breaks off is no pulled image", async () => {
    await using fake = await startFakeEngine((_request, response) => {
      response.write('{"status":"Pulling from app"}\r\n');
      setTimeout(() => response.destroy(), 20);
    });
    await using engine = fake.connect();
    await expect(engine.images.pull("app", { onProgress: () => undefined, signal: live() })).toThrowWithCode(
      "ENGINE_CONNECTION_LOST",
    );
  });

  test("progress that is no JSON is recognised", async () => {
    await using fake = await startFakeEngine((_request, response) => void response.end("<html>\n"));
    await using engine = fake.connect();
    await expect(engine.images.pull("app", { onProgress: () => undefined, signal: live() })).toThrowWithCode(
      "ENGINE_FAILED",
    );
  });
});

describe("loading", () => {
  test.each(["at once", "while it is sent"])(
    "a source that fails %s, fails the load with its own error",
    async (moment) => {
      const failure = new Error("disk read error");
      const tar = new Readable({ read: () => undefined });
      await using fake = await startFakeEngine(() => undefined);
      await using engine = fake.connect();
      // Before the engine has said which version it speaks, nothing is read of it.
      if (moment === "at once") tar.destroy(failure);
      else tar.once("resume", () => tar.destroy(failure));
      const loading = engine.images.load(tar, { reference: "app:1", labels: {}, signal: live() });
      await expect(loading).rejects.toBe(failure);
    },
  );

  test("an error inside the answer fails it", async () => {
    await using fake = await startFakeEngine(
      (_request, response) =>
        void response.end('{"error":"unexpected EOF","errorDetail":{"message":"unexpected EOF"}}'),
    );
    await using engine = fake.connect();
    const loading = engine.images.load(Readable.from(["x"]), {
      reference: "app:1",
      labels: {},
      signal: live(),
    });
    await expect(loading).toThrowWithCode("ENGINE_FAILED");
  });
});

describe("exporting", () => {
  test("asks for all images at once and hands the bytes on", async () => {
    await using fake = await startFakeEngine((_request, response) => void response.end("tar"));
    await using engine = fake.connect();
    const stream = await engine.images.export([IMAGE.Id, "app:1"], live());
    expect(Buffer.concat(await stream.toArray()).toString()).toBe("tar");
    expect(fake.requests).toEqual([
      `GET /v1.41/images/get?names=${encodeURIComponent(IMAGE.Id)}&names=app%3A1`,
    ]);
  });

  test("a stream that breaks off fails, also when bytes came before", async () => {
    await using fake = await startFakeEngine((_request, response) => {
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    await using engine = fake.connect();
    const stream = await engine.images.export(["app"], live());
    await expect(stream.toArray()).toThrowWithCode("ENGINE_CONNECTION_LOST");
  });

  test("an abort in the middle ends the stream with its reason", async () => {
    await using fake = await startFakeEngine((_request, response) => void response.write("half"));
    await using engine = fake.connect();
    const stop = new AbortController();
    const stream = await engine.images.export(["app"], stop.signal);
    const reason = new Error("stopped by the user");
    stream.once("data", () => stop.abort(reason));
    await expect(stream.toArray()).rejects.toBe(reason);
  });

  test("a reader that stops in the middle lets go of the connection", async () => {
    const closed = deferred<void>();
    await using fake = await startFakeEngine((_request, response) => {
      response.once("close", () => closed.resolve());
      response.write("half");
    });
    await using engine = fake.connect();
    const stream = await engine.images.export(["app"], live());
    stream.once("data", () => stream.destroy());
    await closed.promise;
  });

  test("an image that is not there fails before the stream begins", async () => {
    await using fake = await startFakeEngine((_request, response) =>
      answer(response, 404, { message: "reference does not exist" }),
    );
    await using engine = fake.connect();
    await expect(engine.images.export(["app"], live())).toThrowWithCode("IMAGE_NOT_FOUND");
  });
});
