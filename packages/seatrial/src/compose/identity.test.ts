import { utimes } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { identifyTool } from "./identity.ts";
import { folderWith, put } from "./testing/folder.ts";

async function setUp() {
  const folder = await folderWith({ "bin/docker": "x", ".docker/cli-plugins/docker-compose": "x" });
  return { folder, env: { HOME: folder, PATH: `relative:${path.join(folder, "bin")}` } };
}

test("the same tools have the same identity", async () => {
  const { env } = await setUp();
  const identity = await identifyTool(env);
  expect(identity).toContain("cli-plugins/docker-compose");
  expect(await identifyTool(env)).toBe(identity);
});

test.each(["bin/docker", ".docker/cli-plugins/docker-compose"])(
  "another time of %s is another",
  async (file) => {
    const { folder, env } = await setUp();
    const identity = await identifyTool(env);
    await utimes(path.join(folder, file), 1, 1);
    expect(await identifyTool(env)).not.toBe(identity);
  },
);

test("plugins in folders that the docker configuration names count", async () => {
  const { folder, env } = await setUp();
  const identity = await identifyTool(env);
  const extra = path.join(folder, "extra");
  await put(folder, "extra/docker-compose", "x");
  await put(folder, ".docker/config.json", JSON.stringify({ cliPluginsExtraDirs: [extra] }));
  expect(await identifyTool(env)).not.toBe(identity);
  await put(folder, ".docker/config.json", "broken");
  expect(await identifyTool(env)).toBe(identity);
});

test("without a docker there is none", async () => {
  const { env } = await setUp();
  expect(await identifyTool({ ...env, PATH: "/nowhere" })).toBeUndefined();
  expect(await identifyTool({ HOME: env.HOME })).toBeUndefined();
});
