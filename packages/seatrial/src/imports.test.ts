import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findCycle } from "./support/graph.ts";

const SRC = import.meta.dirname;

const ARCHITECTURE = path.join(SRC, "../../../ARCHITECTURE.md");
/** Folders of a port with its drivers in folders of their own. */
const DRIVEN = ["engine", "registry"];

/** What each folder may import besides itself, by the table of ARCHITECTURE.md; `undefined`: everything. */
function importTable(): Map<string, string[] | undefined> {
  const text = readFileSync(ARCHITECTURE, "utf8");
  const rows =
    text.slice(text.indexOf("| folder | may import |")).split("\n\n")[0]?.split("\n").slice(2) ?? [];
  return new Map(
    rows.flatMap((row) => {
      const [, folders = "", targets = ""] = row.split("|").map((cell) => cell.trim());
      const may = targets === "nothing" ? [] : targets.split(", ");
      return folders
        .split(", ")
        .map((folder) => [folder, targets.startsWith("everything") ? undefined : may]);
    }),
  );
}

interface Import {
  from: string;
  to: string;
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
  );
}

function relativeImports(): Import[] {
  return sourceFiles().flatMap((from) => {
    const text = readFileSync(path.join(SRC, from), "utf8");
    const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
    return [...found].map((match) => ({ from, to: path.join(path.dirname(from), match[1] ?? "") }));
  });
}

function folderOf(file: string): string {
  const parts = file.split("/");
  if (parts.length === 1) return file;
  return DRIVEN.includes(parts[0] ?? "") && parts.length > 2 ? `${parts[0]}/${parts[1]}` : (parts[0] ?? "");
}

const isTest = (file: string) => /\.test\.ts$|\/testing\/|contract\.ts$/.test(file);
const isDoor = (file: string) => /^[a-z]+(\/docker|\/memory|\/oci)?\/(testing\/)?index\.ts$/.test(file);

describe("the import table", () => {
  const imports = relativeImports();
  const table = importTable();

  it("sees the imports of the whole source", () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  it("knows every folder, and nothing that is none", () => {
    const folders = new Set(
      sourceFiles()
        .filter((file) => !isTest(file))
        .map(folderOf),
    );
    const named = [...table].flatMap(([folder, targets = []]) => [folder, ...targets]);
    expect(new Set(named)).toEqual(folders);
  });

  it("has no arrow outside of it", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (source === target || isTest(from) || !table.has(source)) return false;
      return table.get(source)?.includes(target) === false;
    });
    expect(wrong).toEqual([]);
  });

  it("is entered through each domain's door only", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (source === target || isTest(from) || ["model", "support"].includes(target)) return false;
      // The model is one shelf of nouns; ports are small files that a driver implements one by one.
      if (DRIVEN.includes(target) && source.startsWith(`${target}/`)) return false;
      return to.includes("/") && !isDoor(to) && target !== "cli";
    });
    expect(wrong).toEqual([]);
  });

  it("lets only cli/wire.ts choose a driver", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        /^(engine|registry)\/\w+$/.test(folderOf(to)) &&
        folderOf(from) !== folderOf(to) &&
        from !== "cli/wire.ts" &&
        !isTest(from),
    );
    expect(wrong).toEqual([]);
  });

  it("has no cycle between files", () => {
    const values = imports.filter(({ from }) => !isTest(from));
    const needs = new Map<string, string[]>();
    for (const { from, to } of values) needs.set(from, [...(needs.get(from) ?? []), to]);
    const nodes = [...needs].map(([id, list]) => ({ id, needs: list }));
    expect(findCycle(nodes)).toBeUndefined();
  });
});
