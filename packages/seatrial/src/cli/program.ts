import { Command, CommanderError } from "commander";
import { EXIT } from "../support/error.ts";
import { defineBuild } from "./commands/build.ts";
import { defineCheck } from "./commands/check.ts";
import { defineCi } from "./commands/ci.ts";
import { defineComplete } from "./commands/complete.ts";
import { defineCompletion } from "./commands/completion.ts";
import { defineCoverage } from "./commands/coverage.ts";
import { defineDoctor } from "./commands/doctor.ts";
import { defineDown } from "./commands/down.ts";
import { defineExec } from "./commands/exec.ts";
import { defineGc } from "./commands/gc.ts";
import { defineInit } from "./commands/init.ts";
import { defineKey } from "./commands/key.ts";
import { defineLogs } from "./commands/logs.ts";
import { defineOwn } from "./commands/own.ts";
import { defineRelease } from "./commands/release.ts";
import { defineRun } from "./commands/run.ts";
import { defineShell } from "./commands/shell.ts";
import { defineSpace } from "./commands/space.ts";
import { defineTest } from "./commands/test.ts";
import { defineUp } from "./commands/up.ts";
import { defineVerify } from "./commands/verify.ts";
import type { GlobalFlags } from "./flags.ts";
import { printError } from "./print-error.ts";
import type { Surroundings } from "./surroundings.ts";
import { VERSION } from "./version.ts";

/** Turns an argument vector into an exit code: ours, or that of the command which `exec` ran. Each command's code is loaded when it is called. */
export async function runProgram(argv: string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = EXIT.ok;
  const onExit = (code: number) => {
    exitCode = code;
  };
  const program = createProgram({ surroundings, argv, onExit });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // Also what fails before the flag is understood obeys it.
    return printError(error, surroundings, { colour: argv.includes("--no-color") ? false : undefined });
  }
}

/** The commands, their flags and their help. */
export function createProgram(options: {
  surroundings: Surroundings;
  argv: readonly string[];
  onExit: (code: number) => void;
}): Command {
  const { surroundings, argv, onExit } = options;
  const program = new Command("seatrial")
    .description("Build the image once, test that image against real infrastructure, ship that very digest.")
    .version(VERSION, "-v, --version")
    .option("-C, --folder <folder>", "the project's folder (default: found upwards from here)")
    .option("-f, --file <file>", "the project's file (default: seatrial.yaml)")
    .option("--no-color", "plain text")
    .showHelpAfterError("(add --help for the flags and examples)")
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
    })
    .exitOverride();

  const context = { program, surroundings, argv, global: () => program.opts<GlobalFlags>(), exit: onExit };
  for (const define of COMMANDS) define(context);
  return program;
}

/** In the order of the help. */
const COMMANDS = [
  defineRun,
  defineTest,
  defineBuild,
  defineCheck,
  defineRelease,
  defineInit,
  defineCi,
  defineDoctor,
  defineCoverage,
  defineVerify,
  defineKey,
  defineUp,
  defineExec,
  defineDown,
  defineSpace,
  defineShell,
  defineLogs,
  defineGc,
  defineCompletion,
  defineComplete,
  defineOwn,
];
