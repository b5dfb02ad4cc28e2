import path from "node:path";
import type { Readers } from "../units/readers.ts";
import { parseCobertura } from "./cobertura.ts";
import { readGoProfiles } from "./go/read-go-profiles.ts";
import { parseJacoco } from "./java/parse-jacoco.ts";
import { parseLcov } from "./lcov.ts";
import { parseLlvmExport } from "./llvm/parse-llvm-export.ts";
import { readV8Profiles } from "./node/read-v8-profiles.ts";
import { parseCoveragePy } from "./python/parse-coverage-py.ts";

/** Those of all languages. */
export const READERS: Readers = {
  go: readGoProfiles,
  node: ({ folders, signal }) =>
    readV8Profiles({
      folders: folders.map((folder) => ({
        profiles: path.join(folder, "node"),
        sources: path.join(folder, "sources"),
      })),
      signal,
    }),
  python: parseCoveragePy,
  llvm: parseLlvmExport,
  java: parseJacoco,
  lcov: parseLcov,
  cobertura: parseCobertura,
};
