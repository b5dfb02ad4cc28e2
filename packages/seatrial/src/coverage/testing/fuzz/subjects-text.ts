import { readFileSync } from "node:fs";
import path from "node:path";
import { combine } from "../../combine.ts";
import type { Profile } from "../../data.ts";
import { parseCobertura } from "../../formats/cobertura.ts";
import { parseJacoco } from "../../formats/java/parse-jacoco.ts";
import { parseLcov } from "../../formats/lcov.ts";
import { parseLlvmExport } from "../../formats/llvm/parse-llvm-export.ts";
import { parseCoveragePy } from "../../formats/python/parse-coverage-py.ts";
import { createRandom, mutate } from "../../formats/testing/mutations.ts";
import { parseGoText } from "../../units/go-text.ts";
import { parseManifest } from "../../units/parse-manifest.ts";
import type { Subject } from "./subject.ts";

const ROUNDS = 250;
/** This program is one file somewhere: it is told where the reports lie that tools wrote. */
const sample = (name: string) => readFileSync(path.join(process.env["FUZZ_SAMPLES"] ?? "", name), "utf8");

const GO_TEXT = `mode: set\n${Array.from({ length: 60 }, (_, at) => `example.com/m/${at % 7}.go:${at + 1}.2,${at + 4}.12 ${at % 5} ${at}`).join("\n")}\n`;

const MANIFEST = JSON.stringify({
  ...{ version: 1, run: "r1", service: "api", instance: "1", boot: "1", source: "api", commit: "abc" },
  ...{ startedAt: "2026-01-02T10:15:00Z", endedAt: "2026-01-02T10:16:00Z", exit: { code: 0, signal: null } },
  ...{ argv: ["/app", "serve"], workingDir: "/app", problems: [{ code: "A", message: "b", hint: "c" }] },
  files: ["go/covmeta.a", "node/coverage-1.json"].map((name, at) => ({
    path: name,
    bytes: at,
    digest: `sha256:${String(at).repeat(64)}`,
  })),
});

export const TEXTS: Subject[] = [
  reports("lcov", { parse: parseLcov, texts: () => [sample("lcov-2.0.info"), sample("c8-12.info")] }),
  reports("Cobertura", {
    parse: parseCobertura,
    texts: () => [sample("coverage-py-7.17.xml"), sample("gcovr-8.xml")],
  }),
  reports("coverage.py", { parse: parseCoveragePy, texts: () => [sample("coverage-py-7.17.json")] }),
  reports("llvm-cov", {
    parse: parseLlvmExport,
    texts: () => [sample("cpp-llvm-19.json"), sample("rust-llvm-19.json")],
  }),
  reports("JaCoCo", { parse: parseJacoco, texts: () => [sample("jacoco-0.8.13.xml")] }),
  reports("Go's text", { parse: parseGoText, texts: () => [GO_TEXT, ...farBlocks()] }),
  {
    name: "manifests",
    inputs: () => mutations([MANIFEST], 4 * ROUNDS),
    read(input) {
      const manifest = parseManifest(input.toString());
      if (typeof manifest !== "string" && manifest.files.some((file) => /(^|\/)\.\.?(\/|$)/.test(file.path)))
        throw new Error("a file outside of its unit");
    },
  },
];

/** Broken texts, by the same chances each time. */
export function* mutations(texts: readonly string[], rounds: number): Generator<Buffer> {
  for (const text of texts)
    for (let seed = 1; seed <= rounds; seed += 1) yield Buffer.from(mutate(text, createRandom(seed)));
}

function reports(
  name: string,
  { parse, texts }: { parse: (text: string) => Profile; texts: () => string[] },
): Subject {
  return {
    name,
    inputs: () => mutations(texts(), ROUNDS),
    read: (input) => {
      const profile = parse(input.toString());
      // Whatever a reader lets through is put together next, of several sources.
      check(combine(["one", "other"].map((source) => ({ name: source, profiles: [profile] }))));
    },
  };
}

function check({ files }: ReturnType<typeof combine>): void {
  for (const file of files)
    for (const { line, hits } of [...file.lines, ...file.branches, ...file.functions])
      if (!(line >= 0) || hits.some((count) => !Number.isSafeInteger(count) || count < 0))
        throw new Error(`${file.path}:${line} was hit ${hits} times`);
}

/** Blocks of very many lines each, of one file and of many. */
function farBlocks(): string[] {
  const block = (file: string, start: number) => `${file}:${start}.1,${start + 190_000}.2 1 1\n`;
  const all = Array.from({ length: 90 }, (_, at) => at);
  return [
    `mode: set\n${all.map((at) => block("m/a.go", 1 + at * 1_000_000)).join("")}`,
    `mode: set\n${all.map((at) => block(`m/${at}.go`, 1)).join("")}`,
  ];
}
