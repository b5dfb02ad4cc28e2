export interface ToolErrorOptions {
  /** Public, stable name such as `ENGINE_UNREACHABLE`. Never changes meaning. */
  code: string;
  /** What failed, with its name and place. */
  message: string;
  /** The next thing to try. */
  hint?: string | undefined;
  cause?: unknown;
  /** The last lines of the log of what failed. */
  lastLines?: string[] | undefined;
  /** The exit code of the program when this error ends it. Default: 2, wrong config or usage. */
  exitCode?: ExitCode | undefined;
}

/** 0 fine, 1 the user's tests or checks failed, 2 wrong config or usage, 3 engine or registry away, 70 our bug, 130 stopped. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, bug: 70, stopped: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The one error type that users see: a stable code, a sentence, and the next thing to try. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly lastLines: string[] | undefined;

  constructor(options: ToolErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.usage;
    this.lastLines = options.lastLines;
  }
}

/** True when `error` is a ToolError, with this code if one is given. */
export function isToolError(error: unknown, code?: string): error is ToolError {
  return error instanceof ToolError && (code === undefined || error.code === code);
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
