import { readdir, truncate } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { exportsOf, keepExport } from "./unit-exports.ts";

const FILES = [{ path: "llvm/1.profraw", bytes: 3, digest: `sha256:${"0".repeat(64)}` as const }];

describe("an export that is kept", () => {
  it("is whole when several reports keep theirs at once, and nothing else is left", async () => {
    await using folder = await createFolder({});
    const unit = { folder: folder.path, files: FILES };
    const texts = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(20_000));
    await Promise.all(texts.map((text) => keepExport(unit, "llvm", { text, problems: [] })));
    const kept = await (await exportsOf(unit)).get("llvm")?.();
    expect(texts).toContain(kept?.text);
    expect(await readdir(path.join(folder.path, "exported"))).toHaveLength(1);
  });

  it("takes the place of one of other profiles", async () => {
    await using folder = await createFolder({});
    const unit = { folder: folder.path, files: FILES };
    await keepExport(unit, "llvm", { text: "old", problems: [] });
    const more = { ...unit, files: [...FILES, { ...FILES[0], path: "llvm/2.profraw" }] as typeof FILES };
    await keepExport(more, "llvm", { text: "new", problems: [] });
    expect((await exportsOf(unit)).size).toBe(0);
    expect((await (await exportsOf(more)).get("llvm")?.())?.text).toBe("new");
  });
});

describe("an export of a unit", () => {
  it("that no text can hold is an error with its name", async () => {
    await using folder = await createFolder({ "exports/llvm.json": "" });
    await truncate(path.join(folder.path, "exports/llvm.json"), 600 * 2 ** 20);
    const files = [
      { path: "exports/llvm.json", bytes: 600 * 2 ** 20, digest: `sha256:${"0".repeat(64)}` as const },
    ];
    const exported = (await exportsOf({ folder: folder.path, files })).get("llvm");
    await expect(async () => await exported?.()).toThrowWithCode("COVERAGE_PROFILE_UNREADABLE");
  });
});
