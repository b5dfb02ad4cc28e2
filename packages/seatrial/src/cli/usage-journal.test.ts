import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createUsageJournal } from "./usage-journal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-usage-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("remembers when each was last used, and forgets when told", async () => {
  const usage = createUsageJournal(path.join(folder, "deep/er"));
  expect(await usage.lastUsed("k")).toBeUndefined();
  await usage.touch("k");
  await usage.touch("k");
  expect(await usage.lastUsed("k")).toBeInstanceOf(Date);
  await usage.forget("k");
  await usage.forget("k");
  expect(await usage.lastUsed("k")).toBeUndefined();
});

it("fails no run where it cannot write", async () => {
  await writeFile(path.join(folder, "file"), "");
  const usage = createUsageJournal(path.join(folder, "file"));
  await usage.touch("k");
  expect(await usage.lastUsed("k")).toBeUndefined();
  await usage.forget("k").catch(() => undefined);
});
