import type { Command } from "commander";
import type { GlobalFlags } from "../flags.ts";
import type { Surroundings } from "../surroundings.ts";

/** What the definition of a command works with. Its code is loaded when it is called: `--help` and completion stay quick. */
export interface CommandContext {
  program: Command;
  surroundings: Surroundings;
  /** As it was typed, from the first word after the program's name on. */
  argv: readonly string[];
  /** The flags before the command's name. */
  global: () => GlobalFlags;
  /** Takes the command's exit code. */
  exit: (code: number) => void;
}

/** Defines an action below a command that has several, each in a file of its own. */
export type DefineAction = (parent: Command, context: CommandContext) => void;
