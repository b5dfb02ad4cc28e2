import { expect, it } from "vitest";
import type { BuildTarget } from "../model/index.ts";
import { bakeFile, runTag, stableTag } from "./bake.ts";

const target: BuildTarget = {
  key: "release",
  context: "/project",
  args: {},
  secrets: [],
  contexts: {},
  ssh: [],
  extraHosts: [],
  labels: {},
  cacheFrom: [],
};

it("writes only what is said, so that equal sources give equal builds", () => {
  expect(bakeFile([target], () => ({ tags: ["a:1"] }))).toEqual({
    group: { default: { targets: ["release"] } },
    target: { release: { context: "/project", tags: ["a:1"], output: ["type=docker"] } },
  });
});

it("carries arguments, secrets, hosts and further contexts", () => {
  const file = bakeFile(
    [
      {
        ...target,
        key: "service.db",
        stage: "db",
        args: { A: "1" },
        secrets: [
          { id: "npmrc", from: { kind: "file", path: "/home/me/.npmrc" } },
          { id: "token", from: { kind: "env", variable: "TOKEN" } },
        ],
        contexts: { base: "target:release" },
        extraHosts: ["mirror:10.0.0.1", "v6=::1"],
        platform: "linux/arm64",
      },
    ],
    () => ({ tags: ["a:1"] }),
  );
  expect(file).toMatchObject({
    target: {
      service_db: {
        target: "db",
        args: { A: "1" },
        secret: ["id=npmrc,src=/home/me/.npmrc", "type=env,id=token,env=TOKEN"],
        contexts: { base: "target:release" },
        "extra-hosts": { mirror: "10.0.0.1", v6: "::1" },
        platforms: ["linux/arm64"],
      },
    },
  });
});

it("names images by project and target, a run's hold with the run", () => {
  expect(stableTag({ project: "shop", key: "Release.X" })).toBe("seatrial/shop:release-x");
  expect(runTag({ project: "shop", key: "release", run: "20250101-000000-abcdef" })).toBe(
    "seatrial/shop:release.20250101-000000-abcdef",
  );
});
