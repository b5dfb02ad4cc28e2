// Writes docs/reference and the examples' pipelines from the source; with --check, fails when a page is not up to date.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandsPage } from "./docs/commands.mjs";
import { configurationPage } from "./docs/configuration.mjs";
import { errorsPage } from "./docs/errors.mjs";
import { eventsPage } from "./docs/events.mjs";
import { pipelineOf } from "./docs/pipelines.mjs";
import { loadProgram } from "./docs/program.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(root, "packages/seatrial");
const src = join(home, "src");

const program = await loadProgram(src);
const schema = JSON.parse(await readFile(join(home, "schema/seatrial.schema.json"), "utf8"));
const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
const pipeline = (options) => pipelineOf({ ...program, root, version, ...options });
const pages = {
  "docs/reference/commands.md": commandsPage(program),
  "docs/reference/configuration.md": configurationPage(schema),
  "docs/reference/errors.md": await errorsPage({ ...program, src }),
  "docs/reference/events.md": await eventsPage({ ...program, src }),
  "examples/go-redis/.gitlab-ci.yml": await pipeline({ example: "go-redis" }),
  // It is built from the whole repository.
  "examples/go-postgres/.gitlab-ci.yml": await pipeline({ example: "go-postgres", inside: true }),
  "examples/flask-webpack/.gitlab-ci.yml": await pipeline({ example: "flask-webpack" }),
};

const check = process.argv.includes("--check");
const stale = [];
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, name);
  if ((await readFile(file, "utf8").catch(() => "")) === text) continue;
  stale.push(name);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
if (!check) console.log(stale.length === 0 ? "all pages are up to date" : `wrote ${stale.join(", ")}`);
else if (stale.length > 0) {
  console.error(`not up to date: ${stale.join(", ")}; run node scripts/write-docs.mjs`);
  process.exitCode = 1;
}
