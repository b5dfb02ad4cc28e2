import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { startRegistry, type TestRegistry } from "./support/own-registry.ts";
import { seatrial, startCommand } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { REGISTRY_KINDS } from "./support/registry-program.ts";
import { smallBase } from "./support/small-base.ts";

const PASSPHRASE = "open sesame";
const NAME = `e2e-attest-${process.pid.toString(36)}${Date.now().toString(36)}`;
const TYPE = "https://in-toto.io/attestation/test-result/v0.1";
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

const named = projectNames("attest");
let registry: TestRegistry;
let folder: TestProject;
let app: string;
let base: string;
/** What was attested, byte for byte. */
let manifest: string;

const verify = (...args: string[]) => seatrial(["verify", ...args], { cwd: folder.folder });

/** A project with a suite on top of what ships, and one in an image beside it. */
function files(name: string): Record<string, string> {
  return {
    Dockerfile: `
      FROM ${base} AS beside
      RUN echo beside > /beside
      FROM ${base} AS release
      RUN echo ${name} > /app
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
        beside:
          target: beside
          command: [test, -f, /beside]
      release:
        repository: ${app}
        tags: [v1]
    `,
  };
}

/** Builds, tests, attests and releases, as a user does. */
async function release(): Promise<void> {
  const env = { SEATRIAL_KEY: "seatrial.key", SEATRIAL_KEY_PASSPHRASE: PASSPHRASE };
  const ended = await seatrial(["run"], { cwd: folder.folder, env });
  expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0);
  const stored = await fetch(`http://${app.replace("/", "/v2/")}/manifests/v1`, {
    headers: { accept: MANIFEST },
  });
  expect(stored.status).toBe(200);
  manifest = await stored.text();
}

describe.each(REGISTRY_KINDS)("attestations in %s", (kind) => {
  beforeAll(async () => {
    base = await smallBase();
    registry = await startRegistry(NAME, kind);
    app = `${registry.host}/team/app`;
    folder = await project(files(named("signed")));
    const env = { SEATRIAL_KEY_PASSPHRASE: PASSPHRASE };
    for (const file of ["seatrial.key", "other.key"]) {
      expect((await seatrial(["key", "new", "--out", file], { cwd: folder.folder, env })).code).toBe(0);
    }
    await registry.push("team/app:v2", "two");
    await release();
  }, 120_000);

  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  describe("seatrial verify", () => {
    it("a released image verifies, by tag and by digest", async () => {
      const byTag = await verify(`${app}:v1`, "--key", "seatrial.pub", "--suite", "unit", "--json");
      expect([byTag.code, byTag.stderr]).toEqual([0, ""]);
      const { digest, attestations } = JSON.parse(byTag.stdout);
      expect(attestations).toMatchObject([
        { suite: "beside" },
        { suite: "check" },
        { suite: "unit", counts: { passed: 2 } },
      ]);
      expect(attestations[0].attested).toEqual(["beside", "check", "unit"]);
      const byDigest = await verify(`${app}@${digest}`, "--key", "seatrial.pub", "--key", "other.pub");
      expect(byDigest.code).toBe(0);
      expect(byDigest.stdout).toContain("unit         2 passed");
      expect(byDigest.stdout).toContain("! beside: passed in a sibling of this image");
    });

    it("a suite beside the image does not hold alone, nor where other proofs are asked for", async () => {
      for (const [args, reason] of [
        [
          ["--suite", "beside"],
          "no suite ran in this image, or against it: beside passed in a sibling of it",
        ],
        [["--proof", "identical", "prefix"], "beside: no attestation counts (its proof is sibling)"],
      ] as const) {
        const ended = await verify(`${app}:v1`, "--key", "seatrial.pub", ...args);
        expect([ended.code, ended.stderr]).toEqual([1, ""]);
        expect(ended.stdout).toContain(reason);
      }
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
          "FROM debian:13\nRUN apt-get update && apt-get install --yes --no-install-recommends cosign && rm -rf /var/lib/apt/lists/*\nCOPY . /\n",
        "root.json": ROOT,
        "seatrial.pub": await readFile(`${folder.folder}/seatrial.pub`, "utf8"),
        "other.pub": await readFile(`${folder.folder}/other.pub`, "utf8"),
        "manifest.json": manifest,
        "unit.json": await readFile(
          `${folder.folder}/.seatrial/latest/attestations/unit.sigstore.json`,
          "utf8",
        ),
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
      const told = right.stdout
        .trim()
        .split("\n")
        .map((line) => {
          const { payload, payloadType } = JSON.parse(line);
          expect(payloadType).toBe("application/vnd.in-toto+json");
          const { predicateType, predicate } = JSON.parse(Buffer.from(payload, "base64").toString());
          expect(predicateType).toBe(TYPE);
          return `${predicate.seatrial.suite} ${predicate.result}`;
        });
      expect(told.sort()).toEqual(["beside WARNED", "check PASSED", "unit PASSED"]);
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
