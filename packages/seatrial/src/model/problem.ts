/** A failure as data: what a ToolError says, without its stack. */
export interface Problem {
  code: string;
  message: string;
  hint?: string | undefined;
  /** The service, suite or target it is about. */
  subject?: string | undefined;
  /** The last lines of that subject's log. */
  lastLines?: string[] | undefined;
}
