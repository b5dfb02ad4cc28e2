import type { CommandEnd } from "../container/command.ts";

/** One way to run something that should not be there. */
export interface Attempt {
  /** What should not be there, as the user wrote it. */
  thing: string;
  /** The claim, which is the test case's name: `pytest: executable not found`. */
  name: string;
  argv: string[];
  isAbsent(end: CommandEnd): boolean;
  /** What it means that it is there, where the way it was run says more than how it ended. */
  found(end: CommandEnd): string | undefined;
}

/** Languages that the image can run, by the command that does. */
export interface Interpreters {
  python?: string | undefined;
  node?: string | undefined;
}

/** Asks the image which of them it has. */
export async function findInterpreters(
  run: (argv: readonly string[]) => Promise<CommandEnd>,
): Promise<Interpreters> {
  const starts = async (command: string, ...args: string[]) => {
    const end = await run([command, ...args]);
    return end.kind === "ended" && end.exit.code === 0 ? command : undefined;
  };
  const [python3, python, node] = await Promise.all([
    starts("python3", "-c", ""),
    starts("python", "-c", ""),
    starts("node", "-e", ""),
  ]);
  return { python: python3 ?? python, node };
}

/** All ways to run a command, package or path in an image with these interpreters. */
export function attemptsFor(thing: string, interpreters: Interpreters): Attempt[] {
  const { python, node } = interpreters;
  const attempts: Attempt[] = [];
  // `@scope/name` and `example.com/tool` are packages; as commands they would be paths.
  if (thing.startsWith("/") || !thing.includes("/")) attempts.push(asCommand(thing));
  const module = thing.replaceAll("-", "_");
  if (python !== undefined && /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(module))
    attempts.push(asModule(thing, { python, module }));
  if (node !== undefined && /^(@[\w.-]+\/)?[\w-][\w.-]*$/.test(thing))
    attempts.push(asNodePackage(thing, node));
  return attempts;
}

function asCommand(thing: string): Attempt {
  return {
    thing,
    name: `${thing}: executable not found`,
    argv: [thing, thing === "go" ? "version" : "--version"],
    isAbsent: ({ kind }) => kind === "missing",
    found: () => undefined,
  };
}

function asModule(thing: string, options: { python: string; module: string }): Attempt {
  const { python, module } = options;
  const own = module.replaceAll(".", "\\.");
  // Python's words when it finds no such module; a module that fails to import another one of its own is there.
  const missing = new RegExp(
    `^\\S+: (No module named '?${own}'?$|Error while finding module specification for '${own}' )`,
    "m",
  );
  return {
    thing,
    name: `${python} -m ${module}: no such module`,
    argv: [python, "-m", module, "--version"],
    isAbsent: (end) => end.kind === "ended" && end.exit.code === 1 && missing.test(end.stderr),
    found: (end) =>
      end.kind === "ended" || end.kind === "late"
        ? `The Python module ${module} is there: ${python} finds it.`
        : undefined,
  };
}

const NOT_FOUND_CODE = 44;

/** Says where a package is, or ends with a code of its own. What comes with Node itself is no package. */
const RESOLVE = [
  "const name = process.argv[1];",
  'if (require("module").builtinModules.includes(name)) process.exit(CODE);',
  'for (const path of [name, name + "/package.json"]) {',
  "  try { console.log(require.resolve(path)); process.exit(0); }",
  '  catch (error) { if (error.code !== "MODULE_NOT_FOUND") { console.log(error.message); process.exit(0); } }',
  "}",
  "process.exit(CODE);",
]
  .join("\n")
  .replaceAll("CODE", String(NOT_FOUND_CODE));

function asNodePackage(thing: string, node: string): Attempt {
  return {
    thing,
    name: `${node} require("${thing}"): no such package`,
    argv: [node, "-e", RESOLVE, thing],
    isAbsent: (end) => end.kind === "ended" && end.exit.code === NOT_FOUND_CODE,
    found: (end) =>
      end.kind === "ended" && end.exit.code === 0
        ? `The Node package ${thing} is there: ${end.stdout.trim()}`
        : undefined,
  };
}
