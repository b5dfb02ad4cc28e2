import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { answer, live, startFakeEngine } from "./testing/fake-engine.ts";

const DIGEST = `sha256:${"d".repeat(64)}`;

async function push(lines: object[], options: { status?: number; config?: object } = {}) {
  const notes: string[] = [];
  let header: string | undefined;
  await using fake = await startFakeEngine(({ headers }, response) => {
    header = headers["x-registry-auth"] as string | undefined;
    if (options.status !== undefined) answer(response, options.status, lines[0]);
    else response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
  });
  await using home = await createFolder({ ".docker/config.json": JSON.stringify(options.config ?? {}) });
  await using engine = fake.connect({ environment: { HOME: home.path } });
  const pushed = await engine.images.push("registry.example.com:5000/team/app:1", {
    onProgress: (note) => notes.push(note),
    signal: live(),
  });
  return { pushed, notes, header, requests: fake.requests };
}

const finished = { progressDetail: {}, aux: { Tag: "1", Digest: DIGEST, Size: 528 } };

describe("pushing", () => {
  test("asks for name and tag, tells the progress of all layers, and gives the manifest's digest", async () => {
    const { pushed, notes, requests } = await push([
      { status: "The push refers to repository [registry.example.com:5000/team/app]" },
      { status: "Preparing", progressDetail: {}, id: "a" },
      { status: "Preparing", progressDetail: {}, id: "b" },
      { status: "Pushing", progressDetail: { current: 1e6, total: 4e6 }, id: "a" },
      { status: "Mounted from library/debian", progressDetail: {}, id: "b" },
      // The tar around the files is counted too.
      { status: "Pushing", progressDetail: { current: 4_000_512, total: 4e6 }, id: "a" },
      { status: "Pushed", progressDetail: {}, id: "a" },
      { status: `1: digest: ${DIGEST} size: 528` },
      finished,
    ]);
    expect(pushed).toEqual({ digest: DIGEST, size: 528 });
    expect(requests).toEqual(["POST /v1.41/images/registry.example.com%3A5000/team/app/push?tag=1"]);
    expect(notes).toEqual([
      "0 of 1 layers",
      "0 of 2 layers",
      "0 of 2 layers, 1.0 MB of 4.0 MB",
      "1 of 2 layers, 1.0 MB of 4.0 MB",
      "1 of 2 layers, 4.0 MB of 4.0 MB",
      "2 of 2 layers, 4.0 MB of 4.0 MB",
    ]);
  });

  test("an engine that says it to people only is understood too", async () => {
    const { pushed } = await push([{ status: `1: digest: ${DIGEST} size: 1234` }]);
    expect(pushed).toEqual({ digest: DIGEST, size: 1234 });
  });

  test("the user's credentials go along, and an empty header when there are none", async () => {
    const decode = (header = "") => JSON.parse(Buffer.from(header, "base64url").toString()) as unknown;
    const auths = { "registry.example.com:5000": { auth: btoa("me:secret") } };
    expect(decode((await push([finished], { config: { auths } })).header)).toMatchObject({
      username: "me",
      password: "secret",
    });
    expect(decode((await push([finished])).header)).toEqual({ serveraddress: "registry.example.com:5000" });
  });

  test.each([
    ["IMAGE_NOT_FOUND", "An image does not exist locally with the tag: registry.example.com:5000/team/app"],
    ["IMAGE_NOT_FOUND", "tag does not exist: registry.example.com:5000/team/app:1"],
    ["IMAGE_PUSH_DENIED", "no basic auth credentials"],
    ["IMAGE_PUSH_DENIED", "denied: requested access to the resource is denied"],
    ["IMAGE_PUSH_DENIED", "unauthorized: authentication required"],
    ["IMAGE_PUSH_DENIED", "toomanyrequests: slow down"],
    [
      "REGISTRY_UNREACHABLE",
      'Get "https://registry.example.com:5000/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    [
      "REGISTRY_UNREACHABLE",
      'Get "https://registry.example.com:5000/v2/": http: server gave HTTP response to HTTPS client',
    ],
    ["IMAGE_PUSH_FAILED", "blob upload invalid"],
  ])("%s: %s", async (code, message) => {
    // The engine says it with a status, or inside a stream that began well.
    await expect(push([{ message }], { status: 500 })).toThrowWithCode(code);
    await expect(
      push([
        { status: "Preparing", id: "a" },
        { errorDetail: { message }, error: message },
      ]),
    ).toThrowWithCode(code);
  });

  test("a refusal names the registry, the image and whose credentials were sent", async () => {
    const auths = { "registry.example.com:5000": { auth: btoa("me:hunter2") } };
    const error: unknown = await push([{ message: "denied: no" }], { status: 500, config: { auths } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toMatch(
      /registry\.example\.com:5000 does not let us push registry\.example\.com:5000\/team\/app:1 as user me of .*config\.json/,
    );
    expect(String(error)).not.toContain("hunter2");
  });

  test("an answer that names no digest is a failure", async () => {
    await expect(push([{ status: "Pushed", id: "a" }])).toThrowWithCode("IMAGE_PUSH_FAILED");
  });
});
