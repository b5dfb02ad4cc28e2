import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { NODE_HOOK } from "./node-hook.ts";

it("the hook of runs is the wrapper's", async () => {
  const wrappers = new URL("../../../../../agent/node_hook.cjs", import.meta.url);
  expect(await readFile(wrappers, "utf8")).toBe(NODE_HOOK);
});
