import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { NODE_BUNDLE } from "../node-bundle.mjs";

/** What of the program has to be executed to be described: its commands, its error factories by domain, its constants. */
export async function loadProgram(src) {
  const domains = await domainsWithErrors(src);
  const lines = [
    `export { createProgram, runProgram } from "./cli/program.ts";`,
    `export { EXIT } from "./support/error.ts";`,
    `export { COVERAGE_FORMATS, COVERAGE_LANGUAGES, RUNNERS, SPACE_KINDS } from "./model/index.ts";`,
    ...domains.map((domain) => `export * as ${domain} from "./${domain}/errors.ts";`),
  ];
  // Node 20 cannot run TypeScript: bundle it, and run that.
  const folder = await mkdtemp(join(tmpdir(), "seatrial-docs-"));
  try {
    const outfile = join(folder, "program.mjs");
    await build({
      ...NODE_BUNDLE,
      stdin: { contents: lines.join("\n"), resolveDir: src, loader: "ts" },
      outfile,
    });
    const {
      createProgram,
      runProgram,
      EXIT,
      COVERAGE_FORMATS,
      COVERAGE_LANGUAGES,
      RUNNERS,
      SPACE_KINDS,
      ...errors
    } = await import(pathToFileURL(outfile).href);
    const constants = { COVERAGE_FORMATS, COVERAGE_LANGUAGES, RUNNERS, SPACE_KINDS };
    return { createProgram, runProgram, EXIT, constants, errors };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The folders of the source that list error codes. */
async function domainsWithErrors(src) {
  const files = await readdir(src, { recursive: true });
  return files
    .filter((file) => /^[a-z]+\/errors\.ts$/.test(file))
    .map((file) => file.split("/")[0])
    .sort();
}
