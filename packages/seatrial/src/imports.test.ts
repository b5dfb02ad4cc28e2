import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findCycle } from "./support/graph.ts";

const SRC = import.meta.dirname;

/** The import table of ARCHITECTURE.md: what each folder may import besides itself. `engine` means the ports only. */
const DOMAINS = [
  "agent",
  "image",
  "services",
  "spaces",
  "suites",
  "check",
  "coverage",
  "attest",
  "release",
  "run",
];
const MAY_IMPORT: Record<string, string[]> = {
  model: [],
  support: [],
  config: ["model", "support"],
  compose: ["model", "support"],
  report: ["model", "support"],
  ci: ["model", "support"],
  registry: ["model", "support"],
  agent: ["model", "support", "engine"],
  image: ["model", "support", "engine", ...DOMAINS],
  services: ["model", "support", "engine", ...DOMAINS],
  spaces: ["model", "support", "agent"],
  suites: ["model", "support", "engine", ...DOMAINS],
  check: ["model", "support", "engine", "registry", "config", ...DOMAINS],
  coverage: ["model", "support", "agent"],
  attest: ["model", "support", "registry"],
  release: ["model", "support", "engine", "registry", ...DOMAINS],
  run: ["model", "support", "engine", "config", "compose", ...DOMAINS],
  engine: ["model", "support"],
  // Names of images and the user's credentials are the registries'.
  "engine/docker": ["model", "support", "engine", "registry"],
  "engine/memory": ["model", "support", "engine"],
  "registry/oci": ["model", "support", "registry"],
  "registry/memory": ["model", "support", "registry"],
};
/** Folders of a port with its drivers in folders of their own. */
const DRIVEN = ["engine", "registry"];
const EVERYTHING = ["cli", "index.ts", "main.ts"];

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

  it("sees the imports of the whole source", () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  it("has no arrow outside of it", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (source === target || isTest(from) || EVERYTHING.includes(source)) return false;
      return !(MAY_IMPORT[source] ?? []).includes(target);
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
