import { expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import { planCache } from "./plan-cache.ts";
import { projectTarget } from "./targets.ts";

const DOCKERFILE = `FROM node AS packages
FROM packages AS Assets
FROM assets AS frontend
FROM python AS dependencies
FROM python
FROM python AS release
COPY --from=dependencies /a /a
COPY --from=assets /b /b
COPY --from=4 /c /c
FROM release AS test
FROM other AS unrelated
`;

async function plan(release: string) {
  await using folder = await makeFolder({
    Dockerfile: DOCKERFILE,
    "seatrial.yaml": `name: shop\nimage: { release: release, test: test }\n${release}`,
  });
  const project = await loadProject({ environment: folder.environment() });
  const targets = ["release", "test"].map((key) => projectTarget(project, key));
  return planCache({ project, targets });
}

it("a cache has each stage that is needed, but for those that another one of it is built on", async () => {
  const cache = await plan("release: { repository: localhost:5000/shop, cache: true }");
  expect(cache?.repository).toBe("localhost:5000/shop");
  expect(cache?.stages.map(({ target, chain }) => [target.key, target.stage, chain])).toEqual([
    ["Assets", "Assets", ["Assets", "packages"]],
    ["dependencies", "dependencies", ["dependencies"]],
    ["test", "test", ["test", "release"]],
  ]);
});

it("there is none without a word of it, and none without a repository", async () => {
  expect(await plan("release: { repository: localhost:5000/shop }")).toBeUndefined();
  expect(await plan('release: { repository: "", cache: true }')).toBeUndefined();
  expect(await plan('release: { repository: localhost:5000/shop, cache: "" }')).toBeUndefined();
  expect(await plan("")).toBeUndefined();
});

it("it may have a repository of its own, also for a project that releases nothing here", async () => {
  const own = "localhost:5000/caches";
  expect((await plan(`release: { repository: localhost:5000/shop, cache: "${own}" }`))?.repository).toBe(own);
  expect((await plan(`release: { cache: "${own}" }`))?.repository).toBe(own);
});
