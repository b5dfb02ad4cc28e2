import type { FileSpec } from "../../../model/index.ts";
import type { Toolbox, ToolResult } from "../toolbox.ts";

export interface FakeToolbox extends Toolbox {
  /** Every program that was run, in order, with what was added to its environment. */
  readonly runs: { argv: readonly string[]; env: Record<string, string>; cwd: string | undefined }[];
  readonly placed: FileSpec[];
}

/** What a program answers; undefined: there is none. */
export type FakeProgram = (argv: readonly string[]) => Partial<ToolResult> | undefined;

/** A toolbox without tools: `program` answers in their place, and `files` are what they wrote. */
export function fakeToolbox(program: FakeProgram, files: Record<string, string> = {}): FakeToolbox {
  const runs: FakeToolbox["runs"] = [];
  const placed: FileSpec[] = [];
  return {
    runs,
    placed,
    async put(specs) {
      placed.push(...specs);
    },
    async run(argv, { env = {}, cwd, signal }) {
      signal.throwIfAborted();
      runs.push({ argv, env, cwd });
      const result = program(argv);
      return result === undefined ? undefined : { code: 0, stdout: "", stderr: "", ...result };
    },
    async read(path) {
      const text = files[path];
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
}
