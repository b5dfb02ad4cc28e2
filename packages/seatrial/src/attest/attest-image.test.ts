import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { digestOf, readManifest } from "../registry/index.ts";
import { fails } from "../registry/memory/index.ts";
import { attestImage } from "./attest-image.ts";
import { openBundle } from "./bundle.ts";
import type { TestResultOptions } from "./test-result-statement.ts";
import { FINISHED, suite } from "./testing/evidence.ts";
import { type Harbour, harbour, outcomeOf, signal } from "./testing/harbour.ts";

function attest(at: Harbour, folder: string, suites = ["unit"], job: Partial<TestResultOptions> = {}) {
  const statements = suites.map((name) =>
    at.statement({
      ...job,
      suite: name,
      outcomes: [outcomeOf(at.image.imageId, { suites: [suite({ name, imageId: at.image.imageId })] })],
    }),
  );
  const { repository, subject, ours: signer } = at;
  return attestImage({ repository, subject, statements, signer, folder, now: () => FINISHED, signal });
}

describe("attesting an image", () => {
  it("attaches a bundle for each suite, and keeps the same bytes in the run's folder", async () => {
    await using folder = await makeFolder({});
    const at = await harbour();
    const receipts = await attest(at, folder.path, ["unit", "api"]);
    expect(receipts).toMatchObject([
      { suite: "unit", keyId: at.ours.keyId, file: "attestations/unit.sigstore.json" },
      { suite: "api", file: "attestations/api.sigstore.json" },
    ]);
    for (const { digest, file } of receipts) {
      const bytes = await readFile(`${folder.path}/${file}`);
      const manifest = await at.repository.manifests.get(digest, signal);
      const read = manifest && readManifest(manifest, "it");
      expect(read).toMatchObject({
        artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        config: { mediaType: "application/vnd.oci.empty.v1+json", size: 2 },
        layers: [{ digest: digestOf(bytes), size: bytes.length }],
        subject: at.subject,
        annotations: {
          "org.opencontainers.image.created": new Date(FINISHED).toISOString(),
          "dev.sigstore.bundle.content": "dsse-envelope",
          "dev.sigstore.bundle.predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        },
      });
      expect(openBundle(bytes, [at.ours.publicKey]).state).toBe("signed");
    }
    expect((await at.verify({ require: { suites: ["unit", "api"] } })).holds).toBe(true);
  });

  it("completes what was cut off, and attaches nothing twice", async () => {
    await using folder = await makeFolder({});
    const at = await harbour();
    const [first] = await attest(at, folder.path);
    const restore = at.registry.fault(fails({ times: 1, operation: "referrers.attach" }));
    await expect(attest(at, folder.path, ["unit", "api"])).toThrowWithCode("REGISTRY_FAILED");
    restore();
    const receipts = await attest(at, folder.path, ["unit", "api"]);
    expect(receipts[0]).toEqual(first);
    const referrers = await at.repository.referrers.list({ subject: at.subject.digest, signal });
    expect(referrers.map(({ digest }) => digest).sort()).toEqual(receipts.map(({ digest }) => digest).sort());
  });

  it("writes the bundle that is attached, not another signature of the same", async () => {
    await using one = await makeFolder({});
    await using two = await makeFolder({});
    const at = await harbour();
    await attest(at, one.path);
    await attest(at, two.path);
    const file = "attestations/unit.sigstore.json";
    expect(await readFile(`${two.path}/${file}`)).toEqual(await readFile(`${one.path}/${file}`));
    expect(await readdir(`${two.path}/attestations`)).toEqual(["unit.sigstore.json"]);
  });

  it("attaches nothing again in another job, which has another address and another version", async () => {
    await using folder = await makeFolder({});
    const at = await harbour();
    const attach = (number: number) =>
      attest(at, folder.path, ["unit"], { url: `https://ci.example/${number}`, version: `${number}.0.0` });
    const first = await attach(1);
    expect(await attach(2)).toEqual(first);
    const referrers = await at.repository.referrers.list({ subject: at.subject.digest, signal });
    expect(referrers).toHaveLength(1);
  });

  it("fails before anything is attached when the folder cannot be written", async () => {
    await using folder = await makeFolder({ attestations: "a file" });
    const at = await harbour();
    await expect(attest(at, folder.path)).toThrowWithCode("ATTESTATION_NOT_WRITTEN");
    expect(await at.repository.referrers.list({ subject: at.subject.digest, signal })).toEqual([]);
  });
});
