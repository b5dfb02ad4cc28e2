import { describe, expect, it } from "vitest";
import { createKeyPair, type Verification } from "../attest/index.ts";
import { COMMIT, suite } from "../attest/testing/evidence.ts";
import { type Harbour, harbour, outcomeOf } from "../attest/testing/harbour.ts";
import { digestOf } from "../registry/index.ts";
import { dies } from "../registry/memory/index.ts";
import { startRegistryServer } from "../registry/testing/registry-server.ts";
import { answers, times } from "../registry/testing/server-faults.ts";
import { seedImage } from "../registry/testing/subject.ts";
import { printError } from "./print-error.ts";
import { at } from "./testing/at.ts";
import { type VerifyCommandOptions, verifyCommand } from "./verify.ts";

const REFERENCE = "registry.example.com/shop:v1";

/** `seatrial verify` against registries in memory. */
async function verify(from: Harbour, flags: Partial<VerifyCommandOptions["flags"]> = {}) {
  const pem = from.ours.publicKey.key.export({ type: "spki", format: "pem" }).toString();
  await using here = await at({ "seatrial.pub": pem, "text.pub": "no key\n" });
  const { surroundings } = here;
  const connect = async () => from.registry.connect();
  const all = { reference: REFERENCE, key: ["seatrial.pub"], ...flags };
  const code = await verifyCommand({ surroundings, flags: all, connect }).catch((error: unknown) =>
    printError(error, surroundings),
  );
  return { code, stdout: here.stdout(), stderr: here.stderr() };
}

describe("verify", () => {
  it("tells that it waits for a registry that has too many requests, and whose login found nothing", async () => {
    await using server = await startRegistryServer();
    seedImage(server, "shop");
    const busy = { status: 429, headers: { "retry-after": "0" } };
    server.fault(times(1, answers("GET /v2/shop/manifests/1", busy)));
    const { ours } = await harbour();
    const pem = ours.publicKey.key.export({ type: "spki", format: "pem" }).toString();
    await using here = await at({ "seatrial.pub": pem });
    const image = `${server.registry}/shop`;
    expect(await here.seatrial("verify", `${image}:1`, "--key", "seatrial.pub")).toBe(1);
    expect(here.stderr()).toMatch(/^read manifest 1: .*429\); trying again .* \(2 of 5\)\n$/);
    expect(await here.seatrial("verify", `${image}:2`, "--key", "seatrial.pub")).toBe(2);
    expect(here.stderr()).toContain("has no manifest 2; its registry was asked without a login");
  });

  it("prints a short table of what was proved", async () => {
    const from = await harbour();
    const api = outcomeOf(from.image.imageId, {
      suites: [
        suite({
          name: "integration-of-everything",
          proof: { kind: "black-box", service: "app" },
          counts: { passed: 120, failed: 0, skipped: 0 },
        }),
      ],
    });
    await from.attach(from.statement());
    await from.attach(from.statement({ suite: "integration-of-everything", outcomes: [api] }));
    const { code, stdout } = await verify(from);
    expect(code).toBe(0);
    expect(stdout.replace(/\(\d+ [mhd] ago\)/g, "(… ago)").split("\n")).toEqual([
      `✔ ${REFERENCE}`,
      `  digest       ${from.subject.digest}`,
      "  integration-of-everything  120 passed           proof: black-box  2026-11-21 11:19 UTC (… ago)",
      "  unit                       2 passed, 1 skipped  proof: identical  2026-11-21 11:19 UTC (… ago)",
      `  signed by    ${from.ours.keyId}`,
      `  commit       ${COMMIT}`,
      `  with         redis: redis:8 image id ${digestOf("redis").slice(0, 19)}, a stand-in`,
      "",
    ]);
  });

  it("has code 1 and a reason for each attestation when something does not hold", async () => {
    const from = await harbour();
    await from.attach(from.statement());
    await from.attach(from.statement({ url: "https://example.com" }), { signer: from.theirs });
    const { code, stdout } = await verify(from, { suite: ["unit", "api"], commit: "0000000", maxAge: "30d" });
    expect(code).toBe(1);
    expect(stdout).toContain(`✖ ${REFERENCE}`);
    expect(stdout).toContain("✖ api: no attestation by the keys that were given");
    expect(stdout).toContain(`✖ unit: no attestation counts (of commit ${COMMIT}, not of 0000000)`);
    expect(stdout).toContain("attached, and not counted: 2");
    expect(stdout).toContain("signed by none of the keys that were given");
  });

  it("says that a suite ran in a sibling, and counts by proofs that are named", async () => {
    const from = await harbour();
    const proof = { kind: "sibling", sharedLayers: 1, releaseLayers: 3, testLayers: 4 } as const;
    const outcomes = [outcomeOf(from.image.imageId, { suites: [suite({ proof })] })];
    await from.attach(from.statement({ outcomes }));
    const alone = await verify(from);
    expect(alone.code).toBe(1);
    expect(alone.stdout).toContain("✖ no suite ran in this image, or against it: unit passed in a sibling");
    expect(alone.stdout).toContain("proof: sibling");
    const allowed = await verify(from, { proof: ["identical", "sibling"] });
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain("! unit: passed in a sibling of this image");
  });

  it("prints the whole verdict as JSON", async () => {
    const from = await harbour();
    await from.attach(from.statement());
    const { code, stdout } = await verify(from, { json: true });
    const verdict = JSON.parse(stdout) as Verification;
    expect(code).toBe(0);
    expect(verdict).toMatchObject({
      holds: true,
      digest: from.subject.digest,
      attestations: [{ suite: "unit" }],
    });
  });

  it("shows what strangers wrote as plain text, and not all of very much", async () => {
    const from = await harbour();
    await from.attach(from.statement());
    const artifactType = "\u001b[2Jevil\nline";
    for (let count = 0; count < 12; count += 1)
      await from.attachRaw(Buffer.from(`${count}`), { artifactType });
    const { code, stdout } = await verify(from);
    expect(code).toBe(0);
    expect(stdout).not.toContain("\u001b");
    expect(stdout.match(/evil line/g)).toHaveLength(10);
    expect(stdout).toContain("not counted: 12");
    expect(stdout).toContain("--json");
  });

  it("has code 3 when the registry is away, and says nothing of the image", async () => {
    const from = await harbour();
    from.registry.fault(dies({ after: 0 }));
    const { code, stdout, stderr } = await verify(from);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("[REGISTRY_UNREACHABLE]");
  });

  it.each<[string, Partial<VerifyCommandOptions["flags"]>]>([
    ["ATTESTED_IMAGE_NOT_FOUND", { reference: "registry.example.com/shop:v2" }],
    ["IMAGE_REFERENCE_INVALID", { reference: "Not a name" }],
    ["KEY_NOT_FOUND", { key: ["nobody.pub"] }],
    ["KEY_INVALID", { key: ["seatrial.pub", "text.pub"] }],
    ["COMMIT_INVALID", { commit: "HEAD" }],
    ["PROOF_UNKNOWN", { proof: ["identical", "beside"] }],
    ["AGE_INVALID", { maxAge: "30" }],
    ["AGE_INVALID", { maxAge: "0d" }],
  ])("has code 2 and %s for %j", async (code, flags) => {
    const result = await verify(await harbour(), flags);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`[${code}]`);
  });

  it("wants a key", async () => {
    await using here = await at({});
    expect(await here.seatrial("verify", REFERENCE)).toBe(2);
    expect(here.stderr()).toContain("--key <file>");
  });

  it("counts what any of several keys signed", async () => {
    const from = await harbour();
    await from.attach(from.statement(), { signer: from.theirs });
    const [ours, theirs] = [from.ours, from.theirs].map(({ publicKey }) =>
      publicKey.key.export({ type: "spki", format: "pem" }).toString(),
    );
    const { publicKey: third } = await createKeyPair();
    await using here = await at({ "a.pub": ours ?? "", "b.pub": theirs ?? "", "c.pub": third });
    const flags = { reference: REFERENCE, key: ["a.pub", "b.pub", "c.pub"] };
    const connect = async () => from.registry.connect();
    expect(await verifyCommand({ surroundings: here.surroundings, flags, connect })).toBe(0);
    expect(here.stdout()).toContain(from.theirs.keyId);
  });
});
