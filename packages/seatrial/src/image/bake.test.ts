import { expect, it } from "vitest";
import { buildTarget } from "../model/testing/build-target.ts";
import { bakeFile } from "./bake.ts";
import { bakeName } from "./names.ts";

const target = buildTarget();

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
        key: "service:db",
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
      [bakeName("service:db")]: {
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

it("names another target of the graph as bake does", () => {
  const contexts = { base: "target:service:db", other: "docker-image://debian:13" };
  expect(bakeFile([{ ...target, contexts }], () => ({}))).toMatchObject({
    target: { release: { contexts: { ...contexts, base: `target:${bakeName("service:db")}` } } },
  });
});

it("never leaves out one of two targets", () => {
  expect(() => bakeFile([target, { ...target, stage: "other" }], () => ({}))).toThrow("one name");
});
