import type { Command } from "commander";
import { loadProject } from "../config/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints what may stand in place of the last word, one candidate a line. Never fails: no candidates is an answer. */
export async function completeCommand(options: {
  surroundings: Surroundings;
  program: Command;
  words: string[];
}): Promise<ExitCode> {
  const { surroundings, program, words } = options;
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = program.commands.find((each) => before.includes(each.name())) ?? program;
  const flags = command.options.flatMap((option) =>
    option.hidden || option.long == null ? [] : [option.long],
  );
  const candidates = last.startsWith("-")
    ? flags
    : command === program
      ? namesOf(program)
      : await argumentsOf({ command: command.name(), previous: before.at(-1) ?? "", surroundings });
  surroundings.stdout.write(candidates.map((each) => `${each}\n`).join(""));
  return EXIT.ok;
}

function namesOf(program: Command): string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((each) => each.name());
}

async function argumentsOf(options: {
  command: string;
  previous: string;
  surroundings: Surroundings;
}): Promise<string[]> {
  const { command, previous, surroundings } = options;
  if (command === "completion") return ["bash", "zsh", "fish"];
  if (!["test", "shell", "logs"].includes(command) && previous !== "--only") return [];
  try {
    const project = await loadProject({ environment: surroundings.environment });
    return project.suites.map((suite) => suite.name);
  } catch {
    return [];
  }
}
