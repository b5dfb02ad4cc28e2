import { execFile } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attestedSuites } from "./support/attested.ts";
import { commit } from "./support/checkout.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { REGISTRY_KINDS } from "./support/registry-program.ts";
import { smallBase } from "./support/small-base.ts";

const named = projectNames("release");
let registry: PrivateRegistry;
let base: string;
beforeAll(async () => {
  base = await smallBase();
});

/** A project with a test image on top of what ships, and two suites: one that tells each test, one that tells its exit code. */
function files(name: string, release: string): Record<string, string> {
  return {
    Dockerfile: `
      FROM ${base} AS release
      RUN echo ${name} > /app
      CMD ["cat", "/app"]
      FROM release AS test
      RUN echo tests > /tests
    `,
    "seatrial.yaml": `
      name: ${name}
      image: { release: release, test: test }
      suites:
        unit:
          runner: tap
          command: [printf, 'TAP version 13\\n1..2\\nok 1 - one\\nok 2 - two\\n']
        smoke:
          command: [grep, -q, ${name}, /app]
      release:
        repository: ${registry.host}/${name}
        ${release}
    `,
  };
}

const TAGS = 'tags: ["v1", "${GIT_SHA}"]\n        floating: [latest, feature/x]';

interface Pushed {
  release: string;
  images: { target: string; digest: string; imageId: string; reference: string; layers: string[] }[];
}

async function json<T>(folder: TestProject, file: string): Promise<T> {
  return JSON.parse(await readFile(`${folder.folder}/${file}`, "utf8")) as T;
}

/** Runs the program with a login to the registry; further variables come last. */
async function run(folder: TestProject, ...given: (string | Record<string, string>)[]) {
  const args = given.filter((each) => typeof each === "string");
  const env = Object.assign({}, registry.env, ...given.filter((each) => typeof each === "object"));
  const ended = await seatrial(args, { cwd: folder.folder, env });
  return { ...ended, all: `${ended.stdout}${ended.stderr}` };
}

/** What a tag or digest names in the registry, and the configuration and layers behind it. */
async function inRegistry(repository: string, reference: string) {
  const manifest = await registry.get(`/v2/${repository}/manifests/${reference}`);
  const { config } = manifest.json as { config?: { digest: string } };
  const configuration = await registry.get(`/v2/${repository}/blobs/${config?.digest}`);
  const { rootfs } = configuration.json as { rootfs?: { diff_ids: string[] } };
  return { ...manifest, config: config?.digest, configBytes: configuration.digest, layers: rootfs?.diff_ids };
}

describe.each(REGISTRY_KINDS)("a release to %s", (kind) => {
  beforeAll(async () => {
    registry = await privateRegistry(kind);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  it("ships the very image that was built and tested, digest by digest, and can be run again", async () => {
    const name = named("chain");
    await using folder = await project(files(name, TAGS));
    const sha = await commit(folder.folder);

    const built = await run(folder, "build", "--push");
    expect(built.code, built.all).toBe(0);
    // No name of a registry is left behind that would keep old images in the engine.
    expect(await docker("images", "--quiet", `${registry.host}/${name}`)).toBe("");
    const pushed = await json<Pushed>(folder, ".seatrial/images.json");
    expect(pushed.images.map(({ target }) => target).sort()).toEqual(["release", "test"]);
    const [ships] = pushed.images.filter(({ target }) => target === "release");
    if (ships === undefined) throw new Error("no image ships");

    const tested = await run(folder, "test", "--images", ".seatrial/images.json");
    expect(tested.code, tested.all).toBe(0);
    const outcome = await latestOutcome(folder.folder);
    expect(outcome.images.find(({ target }) => target === "release")?.imageId).toBe(ships.imageId);

    const dry = await run(folder, "release", "--dry-run");
    expect(dry.code, dry.all).toBe(0);
    expect(dry.stdout).toMatch(/tag +v1 +immutable +new/);
    expect((await inRegistry(name, "v1")).status).toBe(404);

    const released = await run(folder, "release");
    expect(released.code, released.all).toBe(0);
    expect(released.stdout).toContain(`→ v1, ${sha}, latest, feature-x`);
    for (const tag of ["v1", sha, "latest", "feature-x", `candidate-${sha}-${ships.imageId.slice(7, 19)}`]) {
      const found = await inRegistry(name, tag);
      expect(found.digest).toBe(ships.digest);
      expect(found.config).toBe(ships.imageId);
      expect(found.configBytes).toBe(ships.imageId);
      expect(found.layers).toEqual(ships.layers);
    }
    const receipt = await json<Record<string, unknown>>(folder, ".seatrial/latest/release.json");
    expect(receipt).toMatchObject({
      status: "released",
      digest: ships.digest,
      imageId: ships.imageId,
      traffic: { blobBytesUp: 0, blobsMounted: 0 },
      evidence: [
        { suite: "unit", proof: { kind: "prefix" }, passed: 2 },
        { suite: "smoke", proof: { kind: "prefix" }, passed: 1 },
      ],
    });

    const again = await run(folder, "release");
    expect(again.code, again.all).toBe(0);
    expect(await json(folder, ".seatrial/latest/release.json")).toMatchObject({
      tags: Array(4).fill({ after: ships.digest, state: "unchanged" }),
      traffic: { bytesUp: 0 },
    });
    const pushedAgain = await run(folder, "build", "--push");
    expect(pushedAgain.stdout).toContain("0 bytes uploaded");
  });

  it("is attested with a key where it is released to, and anybody can verify it with the public half and plain HTTP", async () => {
    const name = named("attested");
    const waiting = `waiting/${name}`;
    await using folder = await project(
      files(name, `${TAGS}\n        candidate: ${registry.host}/${waiting}`),
    );
    const sha = await commit(folder.folder);
    await using keys = await project({});
    const key = `${keys.folder}/seatrial.key`;
    const generate = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key];
    await promisify(execFile)("openssl", generate);
    const pem = await readFile(key, "utf8");
    expect((await run(folder, "test")).code).toBe(0);
    const released = await run(folder, "release", { SEATRIAL_KEY: key });
    expect(released.code, released.all).toBe(0);
    expect(released.all).not.toContain("not attested");

    const { digest } = await inRegistry(name, "v1");
    for (const tag of ["v1", sha, "latest", "feature-x"])
      expect((await inRegistry(name, tag)).digest).toBe(digest);
    const attested = await attestedSuites({ registry, repository: name, digest, pem });
    const one = { subjects: [digest], result: "PASSED" };
    expect(attested.sort((a, b) => a.suite.localeCompare(b.suite))).toEqual([
      { ...one, suite: "smoke" },
      { ...one, suite: "unit" },
    ]);
    expect((await inRegistry(waiting, digest)).digest).toBe(digest);
    const publicKey = createPublicKey(pem).export({ type: "spki", format: "pem" });
    await keys.write("seatrial.pub", publicKey.toString());
    const reference = `${registry.host}/${name}:latest`;
    const verified = await run(folder, "verify", reference, "--key", `${keys.folder}/seatrial.pub`);
    expect(verified.code, verified.all).toBe(0);
    const listed = await registry.referrers(name, digest);
    const again = await run(folder, "release", { SEATRIAL_KEY: key });
    expect(again.code, again.all).toBe(0);
    expect(await registry.referrers(name, digest)).toEqual(listed);
  });
});

describe("a release", () => {
  beforeAll(async () => {
    registry = await privateRegistry();
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  it("is put together from the runs of separate jobs, which share a registry and artifacts only", async () => {
    const name = named("jobs");
    await using build = await project(
      files(name, `${TAGS}\n        candidate: ${registry.host}/waiting/${name}`),
    );
    await commit(build.folder);
    // Every job has a checkout of its own.
    await using first = await project({}, { from: build.folder });
    await using second = await project({}, { from: build.folder });
    await using release = await project({}, { from: build.folder });

    expect((await run(build, "build", "--push")).code).toBe(0);
    for (const job of [first, second, release])
      await cp(`${build.folder}/.seatrial/images.json`, `${job.folder}/.seatrial/images.json`, {
        recursive: true,
      });
    const given = ["--images", ".seatrial/images.json"];
    const one = await run(first, "test", "unit", ...given);
    expect(one.code, one.all).toBe(0);
    await cp(`${first.folder}/.seatrial/runs`, `${release.folder}/.seatrial/runs`, { recursive: true });
    const early = await run(release, "release", ...given);
    expect(early.code).toBe(1);
    expect(early.all).toContain("EVIDENCE_SUITE_MISSING");

    expect((await run(second, "test", "smoke", ...given)).code).toBe(0);
    await cp(`${second.folder}/.seatrial/runs`, `${release.folder}/.seatrial/runs`, { recursive: true });
    const released = await run(release, "release", ...given);
    expect(released.code, released.all).toBe(0);
    const pushed = await json<Pushed>(release, ".seatrial/images.json");
    const ships = pushed.images.find(({ target }) => target === "release");
    expect((await inRegistry(name, "latest")).digest).toBe(ships?.digest);
    const receipt = await json<{ traffic: { blobBytesUp: number; blobsMounted: number } }>(
      release,
      ".seatrial/latest/release.json",
    );
    expect(receipt.traffic.blobBytesUp).toBe(0);
    expect(receipt.traffic.blobsMounted).toBeGreaterThan(1);
  });

  it("needs no push before where the image was built and tested here", async () => {
    const name = named("here");
    await using folder = await project(files(name, TAGS));
    await commit(folder.folder);
    const tested = await run(folder, "test");
    expect(tested.code, tested.all).toBe(0);
    const outcome = await latestOutcome(folder.folder);
    const released = await run(folder, "release");
    expect(released.code, released.all).toBe(0);
    const found = await inRegistry(name, "v1");
    expect(found.config).toBe(outcome.images.find(({ target }) => target === "release")?.imageId);
  });

  it("is refused for a dirty tree, another image, a taken tag, and a part of the tests, with all reasons", async () => {
    const name = named("refused");
    await using folder = await project(files(name, TAGS.replace('"v1", ', '"v1", "v2", ')));
    await commit(folder.folder);
    expect((await run(folder, "build", "--push")).code).toBe(0);
    expect((await run(folder, "test", "unit", "--grep", "one")).code).toBe(0);
    const other = `${registry.host}/${name}:v1`;
    await docker("tag", base, other);
    try {
      await docker("--config", registry.env["DOCKER_CONFIG"] ?? "", "push", "--quiet", other);
    } finally {
      await docker("rmi", other);
    }
    await folder.write("new-file", "");
    const refused = await run(folder, "release");
    expect(refused.code).toBe(1);
    for (const code of ["EVIDENCE_SUITE_MISSING", "RELEASE_DIRTY_TREE", "TAG_TAKEN"])
      expect(refused.all).toContain(code);
    expect((await inRegistry(name, "v2")).status).toBe(404);
    expect(await json(folder, ".seatrial/latest/release.json")).toMatchObject({ status: "failed" });
    expect(refused.all).not.toContain("secret");
  });
});
