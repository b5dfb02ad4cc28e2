import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Digest, Outcome, ReleaseReceipt } from "../model/index.ts";
import { digestOf, type Manifest, MEDIA_TYPES, type Repository } from "../registry/index.ts";
import { connectQuickly } from "../registry/testing/connect.ts";
import { type RegistryServer, startRegistryServer } from "../registry/testing/registry-server.ts";
import { answers, times } from "../registry/testing/server-faults.ts";
import { ANY, outcomeOf } from "../release/testing/world.ts";
import { type At, at } from "./testing/at.ts";

let server: RegistryServer;
beforeAll(async () => {
  server = await startRegistryServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let count = 0;

/** A project whose image was pushed and tested; `change` is what became of that run. */
async function prepared(change: (outcome: Outcome) => Outcome = (outcome) => outcome, settings = "") {
  const name = `app${count++}`;
  const { client } = connectQuickly();
  const repository = client.repository({ registry: server.registry, repository: name });
  const { manifest, imageId, layers } = await pushImage(repository, name);
  const identity = { target: "release", imageId, layers, platform: "linux/amd64", size: 1, standIn: false };
  const image = {
    target: "release",
    reference: `${server.registry}/${name}@${manifest.digest}`,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
    imageId,
    layers,
    platform: "linux/amd64",
  };
  const outcome = change({ ...outcomeOf(identity), source: {} });
  const list = { version: 1, project: "shop", source: {}, release: "release", images: [image] };
  const here = await at(
    {
      Dockerfile: "FROM debian AS release\n",
      "seatrial.yaml": `name: shop\nsuites: { unit: { command: check } }\nrelease:\n  repository: ${server.registry}/${name}\n  tags: ["\${VERSION}"]\n  floating: [latest]\n${settings}`,
      ".seatrial/images.json": JSON.stringify(list),
      ".seatrial/runs/r1/outcome.json": JSON.stringify(outcome),
    },
    { VERSION: "v1", SECRET_TOKEN: "hunter2-hunter2" },
  );
  return {
    here,
    digest: manifest.digest,
    named: async (tag: string) => (await repository.manifests.resolve(tag, ANY))?.digest,
    repository,
  };
}

async function pushImage(repository: Repository, text: string) {
  const put = async (content: string) => {
    const bytes = Buffer.from(content);
    const blob = { digest: digestOf(bytes), size: bytes.length };
    await repository.blobs.put({ ...blob, open: () => Readable.from([bytes]) }, ANY);
    return blob;
  };
  const diffId: Digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const rootfs = { type: "layers", diff_ids: [diffId] };
  const config = await put(JSON.stringify({ os: "linux", architecture: "amd64", rootfs }));
  const layer = await put(text);
  const mediaType = MEDIA_TYPES.dockerManifest;
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.docker.container.image.v1+json", ...config },
      layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", ...layer }],
    }),
  );
  const manifest: Manifest = { digest: digestOf(bytes), mediaType, bytes };
  await repository.manifests.put(manifest.digest, manifest, ANY);
  return { manifest, imageId: config.digest, layers: [diffId] };
}

async function receipt(here: At): Promise<ReleaseReceipt> {
  return JSON.parse(await readFile(`${here.path}/.seatrial/latest/release.json`, "utf8")) as ReleaseReceipt;
}

describe("seatrial release", () => {
  it("gives the pushed image its tags, and keeps a receipt beside the outcome", async () => {
    const { here, digest, named } = await prepared();
    expect(await here.seatrial("release"), here.stdout() + here.stderr()).toBe(0);
    expect([await named("v1"), await named("latest")]).toEqual([digest, digest]);
    expect(here.stdout()).toMatch(/✔ release .*@sha256:[0-9a-f]{4}… → v1, latest .*0 bytes uploaded/);
    expect(await receipt(here)).toMatchObject({
      status: "released",
      digest,
      evidence: [{ suite: "unit", run: "r1" }],
    });
    const outcome = JSON.parse(
      await readFile(`${here.path}/.seatrial/latest/outcome.json`, "utf8"),
    ) as Outcome;
    expect(outcome).toMatchObject({ status: "passed", receipt: { digest }, suites: [] });
    await here[Symbol.asyncDispose]();
  });

  it("tells its events as JSON, and nothing else", async () => {
    const { here } = await prepared();
    expect(await here.seatrial("release", "--json")).toBe(0);
    const events = here
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]?.type).toBe("run-started");
    expect(events.at(-1)?.type).toBe("run-finished");
    expect(here.stderr()).toBe("");
    await here[Symbol.asyncDispose]();
  });

  it("tells that it waits for a registry that has too many requests", async () => {
    const { here, repository } = await prepared();
    const busy = { status: 429, headers: { "retry-after": "0" } };
    const path = `GET /v2/${repository.name.repository}/manifests/`;
    server.fault(times(1, answers(path, busy)));
    expect(await here.seatrial("release", "--dry-run")).toBe(0);
    expect(here.stderr()).toMatch(/^read manifest .*429\); trying again .* \(2 of 5\)\n$/);
    server.fault(times(1, answers(path, busy)));
    expect(await here.seatrial("release", "--json")).toBe(0);
    expect(here.stdout()).toMatch(/"type":"node-progress",[^\n]*read manifest [^\n]*trying again/);
    await here[Symbol.asyncDispose]();
  });

  it("refuses with all reasons and exit code 1, and its own run is no evidence for the next", async () => {
    const { here, named } = await prepared((outcome) => ({
      ...outcome,
      status: "failed",
      source: { dirty: true },
      suites: outcome.suites.map((suite) => ({ ...suite, status: "failed" as const })),
    }));
    for (let time = 0; time < 2; time += 1) expect(await here.seatrial("release")).toBe(1);
    for (const code of ["EVIDENCE_SUITE_FAILED", "RELEASE_DIRTY_TREE"]) expect(here.stdout()).toContain(code);
    expect(await named("latest")).toBeUndefined();
    expect(await receipt(here)).toMatchObject({
      status: "failed",
      tags: [{ state: "not-set" }, { state: "not-set" }],
    });
    await here[Symbol.asyncDispose]();
  });

  it("refuses a run whose coverage was too low, though its suites passed", async () => {
    const { here, named } = await prepared((outcome) => ({
      ...outcome,
      status: "failed",
      coverage: { status: "failed" } as Outcome["coverage"],
    }));
    expect(await here.seatrial("release")).toBe(1);
    expect(here.stdout()).toContain("EVIDENCE_RUN_FAILED");
    expect(await named("v1")).toBeUndefined();
    await here[Symbol.asyncDispose]();
  });

  it("allows a dirty tree by a flag", async () => {
    const { here } = await prepared((outcome) => ({ ...outcome, source: { dirty: true } }));
    expect(await here.seatrial("release", "--allow-dirty"), here.stdout()).toBe(0);
    expect(here.stdout()).toContain("released although the git tree had changes");
    await here[Symbol.asyncDispose]();
  });

  it("finds its evidence in other folders, and only there", async () => {
    const { here } = await prepared();
    expect(await here.seatrial("release", "--evidence", `${here.path}/nowhere`)).toBe(1);
    expect(here.stdout()).toContain("RELEASE_NO_EVIDENCE");
    expect(
      await here.seatrial("release", "--evidence", `${here.path}/.seatrial/runs/r1`),
      here.stdout(),
    ).toBe(0);
    await here[Symbol.asyncDispose]();
  });

  it("passes over an outcome of long ago that cannot be read, unless its folder is named", async () => {
    const { here } = await prepared();
    await mkdir(`${here.path}/.seatrial/runs/r0`);
    await writeFile(`${here.path}/.seatrial/runs/r0/outcome.json`, '{ "version": 1, "run"');
    expect(await here.seatrial("release", "--evidence", `${here.path}/.seatrial/runs`)).toBe(1);
    expect(here.stdout()).toContain("EVIDENCE_INVALID");
    expect(await here.seatrial("release"), here.stdout()).toBe(0);
    expect(here.stdout()).toMatch(/passed over: .*r0.outcome\.json/);
    await here[Symbol.asyncDispose]();
  });

  it("takes an image by its name", async () => {
    const { here, digest, repository } = await prepared();
    const image = `${server.registry}/${repository.name.repository}@${digest}`;
    expect(await here.seatrial("release", "--image", image), here.stdout()).toBe(0);
    await here[Symbol.asyncDispose]();
  });

  it("asks for checks where the project has some", async () => {
    const { here } = await prepared(undefined, "check: { user: non-root }\n");
    expect(await here.seatrial("release")).toBe(1);
    expect(here.stdout()).toContain("EVIDENCE_CHECK_MISSING");
    await here[Symbol.asyncDispose]();
  });

  it.each([
    ["no repository", "name: shop\n", "RELEASE_NOT_CONFIGURED"],
    ["no tag", "name: shop\nrelease: { repository: r.example/a, tags: [$NOT_SET] }\n", "RELEASE_NO_TAGS"],
    ["no image", "name: shop\nrelease: { repository: r.example/a, tags: [a] }\n", "RELEASE_IMAGE_MISSING"],
  ])("is wrong usage with %s", async (_what, config, code) => {
    await using here = await at({ Dockerfile: "FROM debian AS release\n", "seatrial.yaml": config });
    await expect(here.seatrial("release").then((exit) => `${exit} ${here.stderr()}`)).resolves.toMatch(
      new RegExp(`^2 [^]*${code}`),
    );
  });

  it("is wrong usage with a list that is none", async () => {
    const { here } = await prepared();
    expect(await here.seatrial("release", "--images", "Dockerfile")).toBe(2);
    expect(here.stderr()).toContain("IMAGES_FILE_INVALID");
    await here[Symbol.asyncDispose]();
  });
});

describe("seatrial release --dry-run", () => {
  it("says what each tag names now, and changes nothing", async () => {
    const { here, named } = await prepared();
    expect(await here.seatrial("release", "--dry-run"), here.stderr()).toBe(0);
    expect(here.stdout()).toMatch(/tag +v1 +immutable +new/);
    expect(here.stdout()).toMatch(/evidence +unit +3 passed, proof: identical, linux\/amd64, r1/);
    expect(await named("v1")).toBeUndefined();
    expect(await here.seatrial("release")).toBe(0);
    expect(await here.seatrial("release", "--dry-run")).toBe(0);
    expect(here.stdout()).toMatch(/tag +latest +floating +names it already/);
    await here[Symbol.asyncDispose]();
  });

  it("judges also an image that only the engine has, by its evidence and by what the tags name", async () => {
    const { here, repository, digest } = await prepared();
    const manifest = await repository.manifests.get(digest, ANY);
    if (manifest !== undefined) await repository.manifests.put("latest", manifest, ANY);
    await rm(`${here.path}/.seatrial/images.json`);
    expect(await here.seatrial("release", "--dry-run"), here.stderr()).toBe(0);
    expect(here.stdout()).toContain("(run r1; it is pushed first)");
    expect(here.stdout()).toMatch(/tag +v1 +immutable +new/);
    expect(here.stdout()).toMatch(/tag +latest +floating +names sha256:[0-9a-f]{4}… now/);
    expect(here.stdout()).toMatch(/evidence +unit +3 passed/);
    const other = await pushImage(repository, "another");
    await repository.manifests.put("v1", other.manifest, ANY);
    expect(await here.seatrial("release", "--dry-run")).toBe(1);
    expect(here.stdout()).toContain("TAG_TAKEN");
    await here[Symbol.asyncDispose]();
  });

  it("says what a release would be refused for, and ends with 1", async () => {
    const { here } = await prepared((outcome) => ({ ...outcome, source: { dirty: true } }));
    expect(await here.seatrial("release", "--dry-run", "--json")).toBe(1);
    expect(JSON.parse(here.stdout())).toMatchObject({
      refusals: [{ code: "RELEASE_DIRTY_TREE" }],
      attested: false,
    });
    await here[Symbol.asyncDispose]();
  });
});
