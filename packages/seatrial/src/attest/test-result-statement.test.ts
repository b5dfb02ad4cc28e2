import { describe, expect, it } from "vitest";
import type { CheckOutcome, Outcome } from "../model/index.ts";
import { digestOf } from "../registry/index.ts";
import { canonicalJson } from "./canonical-json.ts";
import { testResultStatement } from "./test-result-statement.ts";
import { COMMIT, facts, IMAGE_ID, image, outcome, service, suite, test } from "./testing/evidence.ts";

const OTHER = digestOf("another image");
const hex = (text: string) => digestOf(text).slice("sha256:".length);

const check: CheckOutcome = {
  status: "passed",
  imageId: IMAGE_ID,
  counts: { passed: 1, failed: 0, skipped: 0 },
  duration: 5,
  results: [test("user")],
};

describe("the statement of a suite", () => {
  it("says what passed, with what, for which manifest", () => {
    const { subject, predicate, ...types } = testResultStatement(facts({ url: "https://ci.example.com/1" }));
    expect(types).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    });
    expect(subject).toEqual([{ name: "registry.example.com/shop", digest: { sha256: hex("manifest") } }]);
    const { seatrial, ...standard } = predicate;
    expect(standard).toEqual({
      result: "PASSED",
      configuration: [
        { name: "source", digest: { gitCommit: COMMIT } },
        { name: "image-config", digest: { sha256: hex("configuration") } },
        { name: "plan", digest: { sha256: hex("plan") } },
        {
          name: "service:redis",
          digest: { sha256: hex("redis") },
          annotations: { image: "redis:8", imageId: digestOf("redis"), digestOf: "image-id" },
        },
        { name: "junit", mediaType: "application/xml", digest: { sha256: hex("junit") } },
      ],
      url: "https://ci.example.com/1",
      passedTests: ["cart::TestEmpty", "cart::TestTotal"],
      warnedTests: [],
      failedTests: [],
    });
    expect(seatrial).toMatchObject({
      version: 1,
      project: "shop",
      suite: "unit",
      kind: "suite",
      attested: ["unit"],
      proof: { kind: "identical" },
      counts: { passed: 2, failed: 0, skipped: 1 },
      skippedTests: { names: ["cart::TestSlow"], total: 1 },
      dirty: false,
      platform: "linux/amd64",
      standIns: ["service:redis"],
      runs: [{ id: "20261121-111917-eb9hmc", finishedAt: "2026-11-21T11:19:27.500Z" }],
      tool: { name: "seatrial", version: "0.1.0" },
    });
  });

  it("is the same, byte for byte, for the same evidence in another order", () => {
    const two: Outcome[] = [
      outcome({ run: "r1", suites: [suite({ shards: 2, shard: 1 })] }),
      outcome({
        run: "r2",
        suites: [suite({ shards: 2, shard: 2 })],
        services: [service("db"), service("redis")],
      }),
    ];
    const tests = [test("a"), test("b"), test("c"), test("d")];
    const there = canonicalJson(testResultStatement(facts({ outcomes: two, tests })));
    const back = canonicalJson(
      testResultStatement(facts({ outcomes: two.toReversed(), tests: tests.toReversed() })),
    );
    expect(there.toString()).toBe(back.toString());
  });

  it("adds up shards that ran elsewhere, and names each run", () => {
    const outcomes = [2, 1].map((shard) =>
      outcome({
        run: `r${shard}`,
        suites: [suite({ shards: 2, shard, junit: { file: "j", digest: digestOf(`junit ${shard}`) } })],
      }),
    );
    const { configuration, seatrial } = testResultStatement(facts({ outcomes })).predicate;
    expect(seatrial.counts).toEqual({ passed: 4, failed: 0, skipped: 2 });
    expect(seatrial.runs.map(({ id, shard }) => [id, shard])).toEqual([
      ["r1", 1],
      ["r2", 2],
    ]);
    expect(configuration.filter(({ name }) => name === "junit")).toHaveLength(2);
  });

  it("exists for the checks of the image too", () => {
    const outcomes = [outcome({ check, suites: [] })];
    const { seatrial } = testResultStatement(facts({ suite: "check", kind: "check", outcomes })).predicate;
    expect(seatrial).toMatchObject({ suite: "check", kind: "check", counts: { passed: 1 } });
  });

  it("names all that its release attests, sorted and once", () => {
    const attested = ["unit", "check", "api", "unit"];
    const { seatrial } = testResultStatement(facts({ attested })).predicate;
    expect(seatrial.attested).toEqual(["api", "check", "unit"]);
    expect(() => testResultStatement(facts({ attested: ["api"] }))).toThrow("unit is not among");
  });

  it("warns in in-toto's own words when the suite ran in a sibling of the image", () => {
    const proof = { kind: "sibling", sharedLayers: 1, releaseLayers: 3, testLayers: 4 } as const;
    const outcomes = [outcome({ suites: [suite({ proof, imageId: OTHER })] })];
    expect(testResultStatement(facts({ outcomes })).predicate).toMatchObject({
      result: "WARNED",
      passedTests: [],
      warnedTests: ["cart::TestEmpty", "cart::TestTotal"],
      failedTests: [],
      seatrial: { proof, passedTests: { total: 2 } },
    });
  });

  it("names the services that were there for it, not the others of its run, nor their stand-ins", () => {
    const services = [service("db"), service("redis")];
    const images = [image("release", IMAGE_ID), { ...image("docs", OTHER), standIn: true }];
    const told = (needs: string[] | undefined, kind: "suite" | "check") => {
      const outcomes = [
        outcome({ services, images, suites: [suite({ needs })], check: { ...check, needs } }),
      ];
      const name = kind === "check" ? "check" : "unit";
      const { configuration, seatrial } = testResultStatement(
        facts({ suite: name, kind, outcomes }),
      ).predicate;
      const named = configuration.filter((each) => each.name.startsWith("service:"));
      return [...named.map((each) => each.name), ...seatrial.standIns];
    };
    for (const kind of ["suite", "check"] as const) {
      expect(told([], kind)).toEqual([]);
      expect(told(["db"], kind)).toEqual(["service:db", "service:db"]);
      // Outcomes of the first versions do not say.
      expect(told(undefined, kind)).toHaveLength(4);
    }
  });

  it("names a service by the manifest that others can pull it by, where that is known", () => {
    const services = [{ ...service("redis"), manifest: digestOf("pulled") }];
    const { configuration } = testResultStatement(facts({ outcomes: [outcome({ services })] })).predicate;
    expect(configuration.find(({ name }) => name === "service:redis")).toEqual({
      name: "service:redis",
      digest: { sha256: hex("pulled") },
      annotations: { image: "redis:8", imageId: digestOf("redis"), digestOf: "manifest" },
    });
  });

  it("says that the tree had changes, and that there was no commit", () => {
    const outcomes = [outcome({ source: { dirty: true } })];
    const { configuration, seatrial } = testResultStatement(facts({ outcomes })).predicate;
    expect(seatrial.dirty).toBe(true);
    expect(configuration.map(({ name }) => name)).not.toContain("source");
  });

  it("speaks for the image that ships when the suite ran in another one beside or above it", () => {
    for (const proof of [
      { kind: "prefix", extraLayers: 2 },
      { kind: "black-box", service: "app" },
      { kind: "sibling", sharedLayers: 1, releaseLayers: 3, testLayers: 4 },
    ] as const) {
      const outcomes = [outcome({ suites: [suite({ proof, imageId: OTHER })] })];
      expect(testResultStatement(facts({ outcomes })).predicate.seatrial.proof).toEqual(proof);
    }
  });
});

describe("what is never attested", () => {
  const shards = (...list: [number | undefined, number][]) =>
    list.map(([shard, count], index) =>
      outcome({ run: `r${index}`, suites: [suite({ shard, shards: count })] }),
    );

  it.each<[string, Outcome[]]>([
    ["a suite that no run has", []],
    ["a suite that failed", [outcome({ suites: [suite({ status: "failed" })] })]],
    ["a suite that was stopped", [outcome({ suites: [suite({ status: "stopped" })] })]],
    ["a suite that was skipped", [outcome({ suites: [suite({ status: "skipped" })] })]],
    ["a failed test", [outcome({ suites: [suite({ counts: { passed: 2, failed: 1, skipped: 0 } })] })]],
    ["no test at all", [outcome({ suites: [suite({ counts: { passed: 0, failed: 0, skipped: 3 } })] })]],
    ["another suite", [outcome({ suites: [suite({ name: "other" })] })]],
    ["no proof", [outcome({ suites: [suite({ proof: undefined })] })]],
    ["another image that ships", [outcome({ images: [image("release", OTHER)] })]],
    ["no image that ships", [outcome({ images: [] })]],
    ["an identical proof from another image", [outcome({ suites: [suite({ imageId: OTHER })] })]],
    ["one of two shards", shards([1, 2])],
    ["the same shard twice", shards([1, 2], [1, 2])],
    ["shards of different counts", shards([1, 3], [2, 3], [3, 2])],
    ["two whole runs", shards([undefined, 1], [undefined, 1])],
    [
      "two commits",
      [
        ...shards([1, 2]),
        outcome({ source: { commit: "b".repeat(40) }, suites: [suite({ shard: 2, shards: 2 })] }),
      ],
    ],
    [
      "two proofs",
      [
        ...shards([1, 2]),
        outcome({ suites: [suite({ shard: 2, shards: 2, proof: { kind: "prefix", extraLayers: 1 } })] }),
      ],
    ],
  ])("%s", async (_what, outcomes) => {
    await expect(() => testResultStatement(facts({ outcomes }))).toThrowWithCode("ATTESTATION_REFUSED");
  });

  it.each<[string, Partial<Outcome>]>([
    ["no checks", {}],
    ["failed checks", { check: { ...check, status: "failed" } }],
    ["checks of another image", { check: { ...check, imageId: OTHER } }],
  ])("%s", async (_what, change) => {
    const options = facts({ suite: "check", kind: "check", outcomes: [outcome(change)] });
    await expect(() => testResultStatement(options)).toThrowWithCode("ATTESTATION_REFUSED");
  });

  it.each([
    ["one that failed", [test("a"), test("b", "failed")]],
    ["none that passed", [test("a", "skipped")]],
    ["nothing", []],
  ])("a list of tests with %s", async (_what, tests) => {
    const options = facts({ tests });
    await expect(() => testResultStatement(options)).toThrowWithCode("ATTESTATION_REFUSED");
  });
});
