import { StringDecoder } from "node:string_decoder";
import { type CommandResult, runCommand } from "../../support/command.ts";
import { coverageError } from "../errors.ts";

export interface Git {
  /** Runs git, however it ends. Fails with COVERAGE_CHANGES_UNKNOWN when there is none. */
  ask(args: readonly string[]): Promise<CommandResult>;
  /** What git prints, without the last line's end. Fails with COVERAGE_CHANGES_UNKNOWN when git does. */
  answer(args: readonly string[]): Promise<string>;
  /** The same line by line, as they come. */
  lines(args: readonly string[], take: (line: string) => void): Promise<void>;
}

/** git in a folder. */
export function createGit(options: {
  root: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}): Git {
  const { root, signal } = options;
  const env = { ...options.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  const run = async (args: readonly string[], onStdout?: (chunk: Buffer) => void) => {
    try {
      return await runCommand({ argv: ["git", "-C", root, ...args], env, signal, onStdout });
    } catch (cause) {
      signal.throwIfAborted();
      throw coverageError({
        code: "COVERAGE_CHANGES_UNKNOWN",
        message: "Changed lines are asked about, and git cannot be run.",
        hint: "Install git where this runs, or judge without `changed` and `diff`.",
        cause,
      });
    }
  };
  const checked = (result: CommandResult, args: readonly string[]) => {
    if (result.code === 0) return result;
    const said = result.stderr.trim().split("\n")[0] ?? "";
    throw coverageError({
      code: "COVERAGE_CHANGES_UNKNOWN",
      message: `git does not tell what changed in ${root}: ${said || `git ${args[0]} ended with ${result.code}`}`,
      hint: said.includes("dubious ownership")
        ? `The checkout is another user's: git config --global --add safe.directory ${root}`
        : "Changes are only known in a git checkout.",
    });
  };
  return {
    ask: (args) => run(args),
    answer: async (args) => checked(await run(args), args).stdout.replace(/\n$/, ""),
    lines: async (args, take) => {
      const splitter = createSplitter(take);
      checked(await run(args, splitter.chunk), args);
      splitter.end();
    },
  };
}

function createSplitter(take: (line: string) => void): { chunk: (bytes: Buffer) => void; end: () => void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return {
    chunk(bytes) {
      const lines = (rest + decoder.write(bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    },
    end() {
      rest += decoder.end();
      if (rest !== "") take(rest);
    },
  };
}
