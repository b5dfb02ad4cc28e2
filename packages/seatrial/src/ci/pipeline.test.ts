import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { loginCommand, testMinutes, trials } from "./pipeline.ts";
import { pipelineOf } from "./testing/pipeline.ts";

describe("planPipeline", () => {
  it.each([
    ["registry.example.com/acme/shop", { host: "registry.example.com" }],
    ["localhost:5000/shop", { host: "localhost:5000" }],
    ["registry.example.com/${TEAM}/shop", { host: "registry.example.com" }],
    ["localhost/shop", { host: "localhost" }],
    ["acme/shop", { host: "docker.io" }],
    ["shop", { host: "docker.io" }],
    ["${REGISTRY:-localhost:5000}/shop", { variable: "REGISTRY" }],
    ["${REGISTRY:+${REGISTRY}/shop}", { variable: "REGISTRY" }],
    ["$CI_REGISTRY_IMAGE", { variable: "CI_REGISTRY_IMAGE" }],
  ])("finds in %s where to log in", (repository, registry) => {
    expect(pipelineOf({ repository }).registry).toEqual(registry);
  });

  it("expects the key where the project says, else in the usual variable", () => {
    expect(pipelineOf().key).toEqual({ kind: "usual", variable: "SEATRIAL_KEY" });
    const named = { kind: "env", variable: "SIGNING" } as const;
    expect(pipelineOf({ key: named }).key).toEqual(named);
    expect(pipelineOf({ key: { kind: "file" } }).key).toEqual({ kind: "file" });
  });

  it("wants a repository, and something to test", async () => {
    const plan = async (facts: Parameters<typeof pipelineOf>[0]) => pipelineOf(facts);
    await expect(plan({ repository: undefined })).toThrowWithCode("CI_NO_REPOSITORY");
    await expect(plan({ suites: [] })).toThrowWithCode("CI_NO_SUITES");
  });

  it.each(["a b", "-x", "$(id)", "it's", "*"])(
    "refuses the folder %s, which a shell would not take as it is",
    async (folder) => {
      const plan = async () => pipelineOf({ folder });
      await expect(plan()).toThrowWithCode("CI_FOLDER_UNSUITABLE");
    },
  );
});

describe("the login", () => {
  const login = (repository?: string) =>
    loginCommand(pipelineOf({ ...(repository && { repository }) }).registry, { user: "U", password: "P" });

  it("is for the host of the repository", () => {
    expect(login()).toBe(
      'printf %s "$P" | docker login --username "$U" --password-stdin registry.example.com',
    );
  });

  it("is for the host that a repository's variable begins with, and without it for none", async () => {
    const command = login("$PLACE/shop");
    const tried = async (PLACE: string) => {
      const script = `docker() { cat >&2; echo "$@"; }; ${command}`;
      return await promisify(execFile)("sh", ["-c", script], { env: { PLACE, U: "me", P: "secret" } }).then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => `failed, having shown "${error.stderr}"`,
      );
    };
    expect(await tried("registry.example.com/team")).toBe(
      "login --username me --password-stdin registry.example.com\n",
    );
    expect(await tried("")).toBe('failed, having shown ""');
  });
});

it("each shard of each suite, and the checks, are tried", () => {
  expect(trials(pipelineOf())).toEqual([
    "test unit",
    "test integration --shard 1/2",
    "test integration --shard 2/2",
    "check",
  ]);
  expect(trials(pipelineOf({ checks: false }))).not.toContain("check");
});

it("a job has ten minutes more than its longest suite", () => {
  expect(testMinutes(pipelineOf().suites)).toBe(20);
  expect(testMinutes([{ name: "short", shards: 1, timeout: 61_000 }])).toBe(12);
});
