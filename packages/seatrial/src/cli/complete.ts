import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { findProject, loadProject } from "../config/index.ts";
import { isRunId } from "../report/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { GlobalFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** As we name logs. What else lies there is not ours to offer. */
const LOG_FILE = /^([\w.-]+)\.log$/;

/** Prints what may stand in place of the last word, one candidate a line. Never fails: no candidates is an answer. */
export async function completeCommand(options: {
  surroundings: Surroundings;
  program: Command;
  words: string[];
}): Promise<ExitCode> {
  const { surroundings, program, words } = options;
  const last = words.at(-1) ?? "";
  const typed = readWords(program, words.slice(0, -1));
  const candidates = last.startsWith("-")
    ? flagsOf([typed.command, program])
    : await valuesOf({ ...typed, program, surroundings }).catch(() => []);
  // A name with a line's end in it would be two candidates.
  const plain = candidates.filter((each) => !/\p{Cc}/u.test(each));
  surroundings.stdout.write(plain.map((each) => `${each}\n`).join(""));
  return EXIT.ok;
}

interface Typed {
  /** The command that was named, or the program itself. */
  command: Command;
  /** The flag whose value comes next, by its long name. */
  awaits: string | undefined;
  /** What that value can be, where it is one of a few. */
  choices: readonly string[] | undefined;
  flags: GlobalFlags;
}

/** Reads what was typed so far as the program would. */
function readWords(program: Command, words: readonly string[]): Typed {
  const typed: Typed = { command: program, awaits: undefined, choices: undefined, flags: {} };
  for (const word of words) {
    if (word.startsWith("-")) {
      const option = [...typed.command.options, ...program.options].find(
        ({ short, long }) => short === word || long === word,
      );
      typed.awaits = option?.required === true || option?.optional === true ? option.long : undefined;
      typed.choices = option?.argChoices;
      continue;
    }
    if (typed.awaits === "--folder") typed.flags.folder = word;
    else if (typed.awaits === "--file") typed.flags.file = word;
    else if (typed.awaits === undefined)
      typed.command = typed.command.commands.find((each) => each.name() === word) ?? typed.command;
    // One flag takes any number of values.
    if (typed.awaits !== "--only") typed.awaits = undefined;
  }
  return typed;
}

function flagsOf(commands: readonly Command[]): string[] {
  const longs = commands.flatMap((command) =>
    command.options.flatMap((option) => (option.hidden || option.long == null ? [] : [option.long])),
  );
  return [...new Set([...longs, "--help"])];
}

async function valuesOf(
  options: Typed & { program: Command; surroundings: Surroundings },
): Promise<string[]> {
  const { command, awaits, surroundings, flags } = options;
  const { environment } = surroundings;
  const suites = async () => (await loadProject({ environment, ...flags })).suites.map((suite) => suite.name);
  if (awaits !== undefined && options.choices !== undefined) return [...options.choices];
  if (awaits === "--run") return (await filesIn({ ...options, folder: "runs" })).filter(isRunId);
  if (awaits === "--only" || awaits === "--suite") return await suites();
  if (awaits === "--image" && command.parent?.name() === "coverage") {
    const { dockerfile } = await loadProject({ environment, ...flags });
    return dockerfile.stages.flatMap(({ name }) => name ?? []);
  }
  if (awaits !== undefined) return [];
  if (command.commands.length > 0) {
    return command
      .createHelp()
      .visibleCommands(command)
      .map((each) => each.name());
  }
  const choices = command.registeredArguments[0]?.argChoices;
  if (choices !== undefined) return choices;
  if (command.name() === "completion") return ["bash", "zsh", "fish"];
  if (command.name() === "logs") {
    const files = await filesIn({ ...options, folder: "latest/logs" });
    return files.flatMap((file) => LOG_FILE.exec(file)?.[1] ?? []);
  }
  if (command.name() === "up") {
    const project = await loadProject({ environment, ...flags });
    return [...new Set(project.suites.flatMap((suite) => suite.needs))].sort();
  }
  return ["test", "shell"].includes(command.name()) ? await suites() : [];
}

/** What lies in a folder of the project's results. */
async function filesIn(options: Typed & { surroundings: Surroundings; folder: string }): Promise<string[]> {
  const { surroundings, flags, folder } = options;
  const { root } = await findProject({ environment: surroundings.environment, ...flags });
  return (await readdir(path.join(root, ".seatrial", folder))).sort();
}
