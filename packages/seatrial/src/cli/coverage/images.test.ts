import { describe, expect, it } from "vitest";
import { fakeLauncher } from "../../agent/testing/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import { at } from "../testing/at.ts";
import { openUsage } from "../wire.ts";
import { openImages } from "./images.ts";

const { signal } = new AbortController();
const unit = (...files: object[]) =>
  JSON.stringify({
    ...{ version: 1, run: "r", service: "api", instance: "1", boot: "1", endedAt: "2026-01-02T10:16:00Z" },
    ...{ startedAt: "2026-01-02T10:15:00Z", argv: [], workingDir: "/app", files, problems: [] },
  });
const DIGEST = "sha256:4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce";
const PYTHON = {
  "units/api/1/1/manifest.json": unit({ path: "python/.coverage", bytes: 1, digest: DIGEST }),
  "units/api/1/1/python/.coverage": "3",
};

describe("coverage --image", () => {
  // The first of all: what starts containers is not loaded yet, and the engine's answer is there long before it is.
  it.each([
    ["a context that nobody made", { DOCKER_HOST: "", DOCKER_CONTEXT: "missing" }, "DOCKER_CONTEXT_UNKNOWN"],
    ["an address that is none", { DOCKER_HOST: "bogus://" }, "DOCKER_HOST_INVALID"],
    [
      "a folder without certificates",
      { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/no/such/folder" },
      "DOCKER_HOST_INVALID",
    ],
  ])("says that the engine is %s, and leaves no rejection behind", async (_what, env, code) => {
    await using here = await at(PYTHON, env);
    expect(await here.seatrial("coverage", "report", "units", "--image", "shop:1")).toBe(2);
    expect(here.stderr()).toContain(`[${code}]`);
  });

  it("needs no engine where no unit needs the image, and says so", async () => {
    await using here = await at({ "units/api/1/1/manifest.json": unit() });
    expect(await here.seatrial("coverage", "report", "units", "--image", "api=shop:1")).toBe(0);
    expect(here.stdout()).toContain("The image shop:1 was not asked");
  });

  it.each([["report"], ["merge", "--into", "merged"]])(
    "of `coverage %s` asks the engine where a unit needs it, and fails with 3 where that is away",
    async (action, ...more) => {
      await using here = await at(PYTHON);
      expect(await here.seatrial("coverage", action, "units", "--image", "shop:1", ...more)).toBe(3);
      expect(here.stderr()).toContain("[ENGINE_UNREACHABLE]");
    },
  );

  it.each([["api="], ["=shop:1"], ["api=shop=1"], ["a:1", "b:1"], ["api=a:1", "api=b:1"]])(
    "refuses %j %s",
    async (...images) => {
      await using here = await at(PYTHON);
      expect(await here.seatrial("coverage", "report", "units", "--image", ...images)).toBe(2);
      expect(here.stderr()).toContain("[TOOL_IMAGE_INVALID]");
    },
  );

  it("starts one container of each image, pulls what is missing, and leaves nothing", async () => {
    await using here = await at({});
    const engine = createMemoryEngine({
      images: [{ reference: "shop:1" }],
      registry: [{ reference: "tools:1" }],
    });
    const launcher = fakeLauncher(() => ({}));
    const images = openImages({
      surroundings: here.surroundings,
      flags: { inputs: [], image: ["shop:1", "api=tools:1"] },
      project: { root: here.path, settings: undefined },
      open: async () => ({ engine, launcher, usage: openUsage(here.surroundings) }),
      signal,
    });
    const asked = ["shop:1", "shop:1", "tools:1"];
    const found = await Promise.all(asked.map((image) => images.exports?.tools(image, signal)));
    expect(found[0]?.image.id).toBe(found[1]?.image.id);
    expect(launcher.specs.map(({ labels }) => labels["seatrial.coverage"]).sort()).toEqual([
      "shop:1",
      "tools:1",
    ]);
    expect(launcher.specs.every(({ labels }) => labels["seatrial.kind"] === "run")).toBe(true);
    expect(here.stderr()).toBe("pulling tools:1\n");
    await images[Symbol.asyncDispose]();
    expect(launcher.running()).toEqual([]);
  });
});
