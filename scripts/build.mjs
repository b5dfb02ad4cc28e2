// Builds the npm package: the agent for each platform, the bundled program and library, their type declarations.
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildAgent } from "./build-agent.mjs";
import { NODE_BUNDLE } from "./node-bundle.mjs";
import { step } from "./step.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, "packages/seatrial");
const target = join(home, "dist");
// Built beside it and put in its place at the end: programs may run from it meanwhile.
const dist = join(home, "dist.new");

await step("agent", () => buildAgent(root));

await step("program", async () => {
  await rm(dist, { recursive: true, force: true });
  await build({
    ...NODE_BUNDLE,
    entryPoints: [join(home, "src/main.ts"), join(home, "src/index.ts")],
    outdir: dist,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "linked",
    define: { "process.env.NODE_ENV": '"production"' },
    // The same library as ES modules: its CommonJS form cannot be shaken, and loses its names when imported lazily.
    alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
  });
  await chmod(join(dist, "main.js"), 0o755);
});

// For tests of others: a file of its own, which loads nothing of the program.
await step("client", async () => {
  await build({
    ...NODE_BUNDLE,
    banner: {},
    entryPoints: [join(home, "src/client/index.ts")],
    outfile: join(dist, "spaces.js"),
  });
});

await step("agent binaries", async () => {
  await mkdir(join(dist, "agent"), { recursive: true });
  const built = join(root, "agent/bin");
  for (const name of await readdir(built)) await cp(join(built, name), join(dist, "agent", name));
});

await step("types", () => {
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/typescript/bin/tsc"),
      ...["-p", join(home, "tsconfig.types.json"), "--outDir", join(dist, "types")],
    ],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
});

const old = join(home, "dist.old");
await rm(old, { recursive: true, force: true });
await rename(target, old).catch((error) => {
  if (error.code !== "ENOENT") throw error;
});
await rename(dist, target);
await rm(old, { recursive: true, force: true });
