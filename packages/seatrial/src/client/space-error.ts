/** Why a space could not be had, given back or kept. `code` is one of the broker's; codes never change meaning. */
export class SpaceError extends Error {
  override readonly name = "SpaceError";
  readonly code: string;
  /** The next thing to try. */
  readonly hint: string | undefined;
  /** The last lines of the log of what failed. */
  readonly log: readonly string[] | undefined;

  constructor(options: {
    code: string;
    message: string;
    hint?: string | undefined;
    log?: readonly string[] | undefined;
    cause?: unknown;
  }) {
    const { code, message, hint, log, cause } = options;
    // Test runners print the message, and not all of them what else an error has.
    const text = [`${message} (${code})`, hint, ...(log ?? []).map((line) => `  ${line}`)];
    super(text.filter((line) => line !== undefined).join("\n"), cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.log = log;
  }
}
