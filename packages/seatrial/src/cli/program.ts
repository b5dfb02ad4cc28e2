import { Command, CommanderError, Option } from "commander";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { GlobalFlags } from "./flags.ts";
import { printError } from "./print-error.ts";
import type { Surroundings } from "./surroundings.ts";
import { VERSION } from "./version.ts";

/** Turns an argument vector into an exit code. Each command's code is loaded when it is called. */
export async function runProgram(argv: string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
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
export function createProgram(surroundings: Surroundings, onExit: (code: ExitCode) => void): Command {
  const program = new Command("seatrial")
    .description("Build the image once, test that image against real infrastructure, ship that very digest.")
    .version(VERSION, "-v, --version")
    .option("-C, --folder <folder>", "the project's folder (default: found upwards from here)")
    .option("-f, --file <file>", "the project's file (default: seatrial.yaml)")
    .showHelpAfterError("(add --help for the flags and examples)")
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
    })
    .exitOverride();

  // Loading a command is loading what it needs: `--help` and completion stay quick.
  const load = {
    run: () => import("./run.ts"),
    init: () => import("./init.ts"),
    doctor: () => import("./doctor.ts"),
    shell: () => import("./shell.ts"),
    logs: () => import("./logs.ts"),
    gc: () => import("./gc.ts"),
    down: () => import("./down.ts"),
    owner: () => import("./owner.ts"),
    completion: () => import("./completion.ts"),
    complete: () => import("./complete.ts"),
  };
  const global = () => program.opts<GlobalFlags>();

  withRunFlags(program.command("run"))
    .description("build the images and run the suites: the whole chain")
    .addHelpText(
      "after",
      examples(
        "seatrial run",
        "seatrial run --only unit",
        "seatrial run --keep   # keep a failed run's services",
      ),
    )
    .action(async (flags) =>
      onExit(
        await (await load.run()).runCommand({ surroundings, flags: { ...global(), ...flags }, what: "run" }),
      ),
    );

  withRunFlags(program.command("test"))
    .description("run the suites in images that are built if need be")
    .argument("[suites...]", "the suites (default: all)")
    .addHelpText("after", examples("seatrial test unit", "seatrial test integration --grep TestCheckout"))
    .action(async (suites: string[], flags) =>
      onExit(
        await (await load.run()).runCommand({
          surroundings,
          flags: { ...global(), ...flags, suites },
          what: "test",
        }),
      ),
    );

  withOutputFlags(program.command("build"))
    .description("build the release and test images and say who they are")
    .option("--dry-run", "print the plan and do nothing")
    .addHelpText("after", examples("seatrial build", "seatrial build --json"))
    .action(async (flags) =>
      onExit(
        await (await load.run()).runCommand({
          surroundings,
          flags: { ...global(), ...flags },
          what: "build",
        }),
      ),
    );

  program
    .command("init")
    .description("look at the project and write seatrial.yaml")
    .option("--dry-run", "print it and write nothing")
    .addHelpText("after", examples("seatrial init", "seatrial init --dry-run"))
    .action(async (flags) =>
      onExit(await (await load.init()).initCommand({ surroundings, flags: { ...global(), ...flags } })),
    );

  program
    .command("doctor")
    .description("say what is missing on this machine, and the command that mends it")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", examples("seatrial doctor", "seatrial doctor --json"))
    .action(async (flags) =>
      onExit(await (await load.doctor()).doctorCommand({ surroundings, flags: { ...global(), ...flags } })),
    );

  program
    .command("shell")
    .description("open a shell in the test image beside its services")
    .argument("[suite]", "whose image, services and environment (default: the first with services)")
    .option("--run <id>", "enter a kept run in place of starting services")
    .option("--fresh", "ignore snapshots")
    .option(
      "--command <words>",
      "what to run, split into words but not by a shell (default: the image's shell)",
    )
    .addHelpText(
      "after",
      examples(
        "seatrial shell integration",
        "seatrial shell integration --command \"sh -c 'env | sort'\"",
        "seatrial shell --run 20250101-120000-abcdef",
      ),
    )
    .action(async (suite: string | undefined, flags) =>
      onExit(
        await (await load.shell()).shellCommand({ surroundings, flags: { ...global(), ...flags, suite } }),
      ),
    );

  program
    .command("logs")
    .description("print logs of the latest run, or of another one")
    .argument("[names...]", "services or suites (default: all)")
    .option("--run <id>", "which run (default: the latest)")
    .option("-n, --lines <count>", "only the last lines of each")
    .addHelpText("after", examples("seatrial logs postgres", "seatrial logs --lines 20"))
    .action(async (names: string[], flags) =>
      onExit(
        await (await load.logs()).logsCommand({ surroundings, flags: { ...global(), ...flags, names } }),
      ),
    );

  program
    .command("gc")
    .description("remove what dead runs left, and caches above their limit")
    .option("--list", "show leftovers and caches and remove nothing")
    .option("--all", "remove all caches too: snapshots, the agent, idle networks")
    .option("--max-size <size>", "keep snapshots up to this size", "5GB")
    .option("--json", "print as JSON")
    .addHelpText("after", examples("seatrial gc --list", "seatrial gc --max-size 1GB"))
    .action(async (flags) =>
      onExit(await (await load.gc()).gcCommand({ surroundings, flags: { ...global(), ...flags } })),
    );

  program
    .command("down")
    .description("end a kept run and remove everything of it")
    .argument("[run]", "which one (default: all kept runs of this project)")
    .addHelpText("after", examples("seatrial down", "seatrial down 20250101-120000-abcdef"))
    .action(async (run: string | undefined, flags) =>
      onExit(await (await load.down()).downCommand({ surroundings, flags: { ...global(), ...flags, run } })),
    );

  program
    .command("completion")
    .description("print a completion script for your shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", examples("source <(seatrial completion bash)", "seatrial completion fish | source"))
    .action(async (shell: string) =>
      onExit((await load.completion()).completionCommand({ surroundings, shell })),
    );

  program
    .command("complete", { hidden: true })
    .description("print what may stand in place of the last word")
    .argument("[words...]")
    .action(async (words: string[]) =>
      onExit(await (await load.complete()).completeCommand({ surroundings, program, words })),
    );

  program
    .command("own", { hidden: true })
    .description("own a run as a process of its own (started by --keep)")
    .argument("<request>", "a file that says what to run")
    .action(async (request: string) =>
      onExit(await (await load.owner()).ownerCommand({ surroundings, request })),
    );

  return program;
}

function withOutputFlags(command: Command): Command {
  return command
    .addOption(new Option("--json", "print events as JSON lines; run-finished holds the outcome"))
    .option("--quiet", "print failures and the last line only")
    .option("--no-color", "plain text");
}

function withRunFlags(command: Command): Command {
  return withOutputFlags(command)
    .option("--only <suite...>", "run only these suites")
    .option("--grep <pattern>", "run only tests that match, in the runner's own words")
    .option("--fresh", "ignore snapshots: start services from their images")
    .option("--keep", "when the run fails, keep its services for a while")
    .option("--dry-run", "print the plan and do nothing");
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
