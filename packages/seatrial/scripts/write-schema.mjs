// Writes schema/seatrial.schema.json from the configuration's own schema; with --check, fails when the file is not up to date.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));
const target = join(folder, "../schema/seatrial.schema.json");

// Node 20 cannot run TypeScript: bundle the generator, beside the packages that it may import, and run that.
const bundles = await mkdtemp(join(folder, ".bundle-"));
try {
  const outfile = join(bundles, "json-schema.mjs");
  await build({
    entryPoints: [join(folder, "json-schema.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  const { jsonSchemaText } = await import(pathToFileURL(outfile).href);
  const wanted = jsonSchemaText();
  if (!process.argv.includes("--check")) {
    await writeFile(target, wanted);
    console.log(`wrote ${target}`);
  } else if ((await readFile(target, "utf8").catch(() => "")) !== wanted) {
    console.error(`${target} is out of date: run node packages/seatrial/scripts/write-schema.mjs`);
    process.exitCode = 1;
  }
} finally {
  await rm(bundles, { recursive: true });
}
