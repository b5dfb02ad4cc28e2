// Builds the npm package: the agent, the bundled program and library, their type declarations. The agent is for this machine's platform:
// a package that is packed has each one's, with --all.
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { agentDigest, buildAgent, OWN_PLATFORM, PLATFORMS } from "./build-agent.mjs";
import { digestOf } from "./digest.mjs";
import { NODE_BUNDLE } from "./node-bundle.mjs";
import { step } from "./step.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, "packages/seatrial");
const target = join(home, "dist");
// Built beside it and put in its place at the end: programs may run from it meanwhile.
const dist = join(home, "dist.new");

const platforms = process.argv.includes("--all") ? PLATFORMS : [OWN_PLATFORM];
await step("agent", () => buildAgent(root, platforms));

const sources = [
  ...["packages/seatrial/src", "packages/seatrial/package.json", "packages/seatrial/tsconfig.types.json"],
  ...["scripts", "tsconfig.json", "package-lock.json"],
].map((path) => join(root, path));
const source = `${platforms} ${agentDigest(root)} ${digestOf(sources, (file) => !/\.test\.ts$|\/testing\//.test(file))}`;
const stamp = await readFile(join(target, ".source"), "utf8").catch(() => undefined);
if (stamp === source) {
  console.log("  the program is built from these sources already");
  process.exit();
}

await step("program", async () => {
  await rm(dist, { recursive: true, force: true });
  await build({
    ...NODE_BUNDLE,
    entryPoints: [join(home, "src/main.ts"), join(home, "src/index.ts")],
    outdir: dist,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "linked",
    // Node reads all that a command needs at each start. Names stay, for those who read where an error came from.
    minifyWhitespace: true,
    minifySyntax: true,
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
  const names = platforms.map((platform) => `agent-linux-${platform}`);
  for (const name of names) await cp(join(root, "agent/bin", name), join(dist, "agent", name));
});

// Whether they are right, scripts/check.sh says of all sources.
await step("types", () => {
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/typescript/bin/tsc"),
      ...["-p", join(home, "tsconfig.types.json"), "--outDir", join(dist, "types"), "--noCheck"],
    ],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
});

await writeFile(join(dist, ".source"), source);
const old = join(home, "dist.old");
await rm(old, { recursive: true, force: true });
await rename(target, old).catch((error) => {
  if (error.code !== "ENOENT") throw error;
});
await rename(dist, target);
await rm(old, { recursive: true, force: true });
