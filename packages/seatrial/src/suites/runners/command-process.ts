import { type ProcessEnd, runProcess, type StreamName } from "../process.ts";
import { processPlace } from "../process-place.ts";
import { createTail, type Tail } from "../tail.ts";
import { commandText } from "../text.ts";
import type { ShardContext } from "./runner.ts";

export interface CommandEnd extends ProcessEnd {
  /** The command, for people. */
  name: string;
  /** The last part of its output. */
  tail: Tail;
}

export interface CommandOptions {
  context: ShardContext;
  argv: string[];
  env?: Record<string, string> | undefined;
  /** Also gets the text of each complete line, before it is logged; what it returns is logged in its place. */
  onText?: ((text: string, stream: StreamName) => string | undefined) | undefined;
  endings?: readonly string[] | undefined;
}

/** The suite's command, or what the image would run. */
export function commandOf(context: ShardContext): string[] {
  return context.spec.command ?? [...context.image.entrypoint, ...context.image.command];
}

/** The folder that the suite's processes start in. */
export function workingDirOf(context: ShardContext): string {
  return processPlace(context.spec, context.image).workingDir;
}

/** Runs a command of the suite, all of its output going to the log. */
export async function runCommand(options: CommandOptions): Promise<CommandEnd> {
  const { context, argv } = options;
  const tail = createTail();
  const end = await runProcess({
    agent: context.agent,
    process: {
      argv,
      env: { ...context.env, ...options.env },
      ...processPlace(context.spec, context.image),
    },
    async onLines(stream, lines) {
      const text = lines.toString();
      const shown = options.onText?.(text, stream);
      tail.add(shown ?? text);
      // Untouched output is logged byte for byte, whatever its encoding.
      await context.log.write(stream, shown === undefined ? lines : Buffer.from(shown));
    },
    signal: context.signal,
    endings: options.endings,
    grace: context.grace,
  });
  return { ...end, name: commandText(argv), tail };
}
