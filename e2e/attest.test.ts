import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  attestImage,
  findKey,
  loadSigner,
  testResultStatement,
} from "../packages/seatrial/src/attest/index.ts";
import { image, outcome, suite, test } from "../packages/seatrial/src/attest/testing/evidence.ts";
import { type Manifest, readManifest } from "../packages/seatrial/src/registry/index.ts";
import { connectRegistries } from "../packages/seatrial/src/registry/oci/index.ts";
import { docker } from "./support/engine.ts";
import { startRegistry, type TestRegistry } from "./support/own-registry.ts";
import { seatrial, startCommand } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { REGISTRY_KINDS } from "./support/registry-program.ts";

const PASSPHRASE = "open sesame";
const NAME = `e2e-attest-${process.pid.toString(36)}${Date.now().toString(36)}`;
const TYPE = "https://in-toto.io/attestation/test-result/v0.1";

let registry: TestRegistry;
let folder: TestProject;
let app: string;
/** What was attested, byte for byte. */
let manifest: Manifest;

const verify = (...args: string[]) => seatrial(["verify", ...args], { cwd: folder.folder });

/** Attests a suite of the image, as a release does. */
async function attest(tag: string): Promise<Manifest> {
  const signal = AbortSignal.timeout(60_000);
  await using client = connectRegistries({ environment: { HOME: folder.folder } });
  const repository = client.repository({ registry: registry.host, repository: "team/app" });
  const found = await repository.manifests.get(tag, signal);
  const read = found && readManifest(found, tag);
  if (found === undefined || read?.kind !== "image") throw new Error(`no image ${tag}`);
  const env = { SEATRIAL_KEY: "seatrial.key", SEATRIAL_KEY_PASSPHRASE: PASSPHRASE };
  const key = await findKey({ env, cwd: folder.folder });
  if (key === undefined) throw new Error("no key");
  const { digest, mediaType, bytes } = found;
  const imageId = read.config.digest;
  const statement = testResultStatement({
    subject: { name: app, digest, imageId },
    suite: "unit",
    attested: ["unit"],
    outcomes: [outcome({ images: [image("release", imageId)], suites: [suite({ imageId })] })],
    tests: [test("TestTotal"), test("TestEmpty")],
    version: "0.0.0",
  });
  await attestImage({
    repository,
    subject: { digest, mediaType, size: bytes.length },
    statements: [statement],
    signer: await loadSigner(key),
    folder: folder.folder,
    now: Date.now,
    signal,
  });
  return found;
}

describe.each(REGISTRY_KINDS)("attestations in %s", (kind) => {
  beforeAll(async () => {
    registry = await startRegistry(NAME, kind);
    app = `${registry.host}/team/app`;
    folder = await project({ "seatrial.yaml": "name: shop\n", Dockerfile: "FROM scratch\n" });
    const env = { SEATRIAL_KEY_PASSPHRASE: PASSPHRASE };
    for (const file of ["seatrial.key", "other.key"]) {
      expect((await seatrial(["key", "new", "--out", file], { cwd: folder.folder, env })).code).toBe(0);
    }
    await registry.push("team/app:v1", "one");
    await registry.push("team/app:v2", "two");
    manifest = await attest("v1");
  });

  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  describe("seatrial verify", () => {
    it("an attested image verifies, by tag and by digest", async () => {
      const byTag = await verify(`${app}:v1`, "--key", "seatrial.pub", "--suite", "unit", "--json");
      expect([byTag.code, byTag.stderr]).toEqual([0, ""]);
      const { digest, attestations } = JSON.parse(byTag.stdout);
      expect(attestations).toMatchObject([{ suite: "unit", counts: { passed: 2 } }]);
      const byDigest = await verify(`${app}@${digest}`, "--key", "seatrial.pub", "--key", "other.pub");
      expect(byDigest.code).toBe(0);
      expect(byDigest.stdout).toContain("unit         2 passed");
    });

    it("another key, another image, another commit and a missing suite do not", async () => {
      for (const [args, reason] of [
        [[`${app}:v1`, "--key", "other.pub"], "signed by none of the keys"],
        [[`${app}:v2`, "--key", "seatrial.pub"], "nothing is attached"],
        [[`${app}:v1`, "--key", "seatrial.pub", "--commit", "0000000"], "not of 0000000"],
        [[`${app}:v1`, "--key", "seatrial.pub", "--suite", "unit", "api"], "api: no attestation"],
      ] as const) {
        const ended = await verify(...args);
        expect([ended.code, ended.stderr]).toEqual([1, ""]);
        expect(ended.stdout).toContain(reason);
      }
    });

    it("what is not there has code 2, and a registry that is away code 3", async () => {
      const missing = await verify(`${app}:v9`, "--key", "seatrial.pub");
      expect([missing.code, missing.stdout]).toEqual([2, ""]);
      expect(missing.stderr).toContain("[ATTESTED_IMAGE_NOT_FOUND]");
      const away = await verify("localhost:1/team/app:v1", "--key", "seatrial.pub");
      expect([away.code, away.stdout]).toEqual([3, ""]);
      expect(away.stderr).toContain("[REGISTRY_UNREACHABLE]");
    });
  });

  describe("cosign, from Debian", () => {
    const IMAGE = `${NAME}-cosign`;
    /** Without a log and a certificate authority it needs nothing to trust, and would else go and fetch that. */
    const ROOT = '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}';
    const FLAGS = `--insecure-ignore-tlog --new-bundle-format --trusted-root /root.json --type ${TYPE}`;

    beforeAll(async () => {
      await using context = await project({
        Dockerfile:
          "FROM debian:13\nRUN apt-get update && apt-get install --yes --no-install-recommends cosign\nCOPY . /\n",
        "root.json": ROOT,
        "seatrial.pub": await readFile(`${folder.folder}/seatrial.pub`, "utf8"),
        "other.pub": await readFile(`${folder.folder}/other.pub`, "utf8"),
        "manifest.json": manifest.bytes.toString(),
        "unit.json": await readFile(`${folder.folder}/attestations/unit.sigstore.json`, "utf8"),
      });
      await docker("build", "--quiet", "--tag", IMAGE, context.folder);
    }, 300_000);

    afterAll(async () => {
      await docker("image", "rm", IMAGE);
    });

    /** Beside the registry, which is `localhost:5000` there. */
    const cosign = (words: string) =>
      startCommand(
        ["docker", "run", "--rm", "--network", `container:${NAME}`, IMAGE, "cosign", ...words.split(" ")],
        { cwd: folder.folder },
      ).ended;

    it("verifies what is attached, with the right key only", async () => {
      const right = await cosign(
        `verify-attestation --key /seatrial.pub ${FLAGS} localhost:5000/team/app:v1`,
      );
      expect(right.stderr).toContain("The signatures were verified against the specified public key");
      expect(right.code).toBe(0);
      const { payload, payloadType } = JSON.parse(right.stdout);
      expect(payloadType).toBe("application/vnd.in-toto+json");
      expect(JSON.parse(Buffer.from(payload, "base64").toString())).toMatchObject({ predicateType: TYPE });
      const wrong = await cosign(`verify-attestation --key /other.pub ${FLAGS} localhost:5000/team/app:v1`);
      expect(wrong.stderr).toContain("no matching attestations");
      expect(wrong.code).not.toBe(0);
    });

    it("verifies the copy in the run's folder", async () => {
      const blob = `verify-blob-attestation --bundle /unit.json ${FLAGS}`;
      // The blob that it is about is the image's manifest.
      const right = await cosign(`${blob} --key /seatrial.pub /manifest.json`);
      expect([right.code, right.stderr]).toEqual([0, expect.stringContaining("Verified OK")]);
      expect((await cosign(`${blob} --key /other.pub /manifest.json`)).code).not.toBe(0);
      expect((await cosign(`${blob} --key /seatrial.pub /root.json`)).code).not.toBe(0);
    });
  });
});
