import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readDeclarations } from "./declarations.mjs";
import { code, page, table } from "./markdown.mjs";
import { raisedCodes } from "./raised-codes.mjs";

/** What each domain is called on the page, in the order of a run. */
const DOMAINS = {
  config: "Configuration",
  compose: "Compose file",
  engine: "Engine",
  registry: "Registries",
  agent: "Agent",
  image: "Build",
  services: "Services",
  suites: "Suites",
  coverage: "Coverage",
  attest: "Keys and attestations",
  run: "Run",
  release: "Release",
  report: "Results",
  ci: "Pipelines",
  cli: "Commands",
};

/** What is no ToolError of a domain. */
const OF_COMMANDS = { BUG: ["Seatrial itself failed; its last lines are the stack.", "70"] };

/** `errors.md`: every error code with its meaning and exit code. Fails when the source and its comments disagree. */
export async function errorsPage({ src, errors, EXIT }) {
  const sources = await readSources(src);
  const raised = raisedCodes(sources, EXIT);
  const sections = Object.keys({ ...DOMAINS, ...errors })
    .filter((domain) => errors[domain] !== undefined)
    .map((domain) => ({
      domain,
      rows: rowsOf({ domain, sources, factory: factoryOf(errors[domain]), raised }),
    }));
  const listed = new Set(sections.flatMap(({ rows }) => rows.map((row) => row.name)));
  const ofCommands = Object.entries(OF_COMMANDS).map(([name, [meaning, exit]]) => ({ name, meaning, exit }));
  checkAgainst({ rows: [...sections.flatMap(({ rows }) => rows), ...ofCommands], raised });
  for (const { name } of ofCommands)
    if (listed.has(name) || !raised.has(name)) throw new Error(`${name}: no code of a command any more`);
  return page("Errors", [
    "An error has a code, a sentence that says what failed and where, and mostly a hint: the next thing to try. Codes keep their meaning from version to version. They are printed, and stand in `outcome.json` and `events.ndjson` as the `code` of a problem and in `junit.xml` as the type of an error.",
    "The exit code is that of a program which the error ends. A problem that `outcome.json` has under a suite makes that suite fail, and the program then ends with 1.",
    "## Exit codes",
    table(["exit code", "meaning"], exitRows(sources["support/error.ts"])),
    ...sections.flatMap(({ domain, rows }) => [
      `## ${DOMAINS[domain] ?? domain}`,
      `From \`packages/seatrial/src/${domain}\`.`,
      codeTable(rows),
    ]),
    "## Commands",
    "From `packages/seatrial/src/cli`, and what every command can end with: a bug of ours.",
    codeTable(ofCommands),
  ]);
}

async function readSources(src) {
  const names = (await readdir(src, { recursive: true })).filter(
    (name) =>
      name.endsWith(".ts") &&
      !/\.test\.ts$|contract\.ts$|\/testing\/|^(engine|registry)\/memory\//.test(name),
  );
  return Object.fromEntries(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(src, name), "utf8")])),
  );
}

/** A domain's own maker of errors: it knows their exit codes. */
function factoryOf(exports) {
  const [name, ...others] = Object.keys(exports).filter((each) => /^[a-z]+Error$/.test(each));
  if (name === undefined || others.length > 0)
    throw new Error("an errors.ts has one factory, such as runError");
  return exports[name];
}

function rowsOf({ domain, sources, factory, raised }) {
  const declared = readDeclarations(sources[`${domain}/errors.ts`]);
  const union = [...declared.values()].find(({ name }) => name.endsWith("ErrorCode"));
  if (union === undefined) throw new Error(`${domain}/errors.ts has no type of codes`);
  return union.members.flatMap(({ text, comment }) => {
    const name = JSON.parse(text);
    const from = raised.get(name)?.domains ?? new Set();
    // Two domains may know a code: it is listed where it is raised.
    if (from.size > 0 && !from.has(domain) && isListedElsewhere({ name, domain, sources, from })) return [];
    if (comment === "")
      throw new Error(`${domain}/errors.ts: ${name} has no comment that says what it means`);
    const usual = String(factory({ code: name, message: "" }).exitCode);
    const row = { name, ...readMeaning(comment, usual) };
    return from.size > 0 ? [row] : [{ ...row, meaning: `${row.meaning} Reserved: nothing raises it yet.` }];
  });
}

function isListedElsewhere({ name, domain, sources, from }) {
  return [...from].some((other) => other !== domain && sources[`${other}/errors.ts`]?.includes(`"${name}"`));
}

/** `Exit code 2.` at the end of a comment replaces the usual one; `Exit code 2 when …` is a second one. */
function readMeaning(comment, usual) {
  const always = / Exit code (\d+)\.$/.exec(comment);
  if (always !== null) return { meaning: comment.slice(0, always.index), exit: always[1] };
  const sometimes = / Exit code (\d+) when /.exec(comment);
  return { meaning: comment, exit: sometimes === null ? usual : `${usual}, ${sometimes[1]}` };
}

/** What is raised must be listed, with every exit code that it is raised with. */
function checkAgainst({ rows, raised }) {
  const exits = new Map(rows.map(({ name, exit }) => [name, exit.split(", ")]));
  for (const [name, { places, exitCodes }] of raised) {
    // A warning is printed as errors are, and is none.
    if (places.size === 0 || name === "WARNING") continue;
    const known = exits.get(name);
    if (known === undefined)
      throw new Error(
        `${name} is raised in ${[...places].join(", ")} and listed nowhere: add it to the domain's errors.ts, or to OF_COMMANDS in scripts/docs/errors.mjs`,
      );
    for (const exit of exitCodes)
      if (!known.includes(exit))
        throw new Error(`${name} is raised with exit code ${exit}, its comment says ${known}`);
  }
}

function exitRows(source) {
  const match = /\/\*\* (0 [^*]+)\*\/\s*export const EXIT/.exec(source);
  if (match === null) throw new Error("support/error.ts: EXIT has no comment that lists the exit codes");
  return match[1]
    .trim()
    .replace(/\.$/, "")
    .split(", ")
    .map((each) => [code(each.split(" ")[0]), each.slice(each.indexOf(" ") + 1)]);
}

function codeTable(rows) {
  const sorted = [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
  return table(
    ["code", "meaning", "exit code"],
    sorted.map(({ name, meaning, exit }) => [code(name), meaning, exit]),
  );
}
