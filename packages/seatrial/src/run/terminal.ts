import type { Agent, AgentProcess, ProcessExit, ProcessSpec } from "../agent/index.ts";

/** Where a person, or a script, reads and writes. */
export interface ShellEnds {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** For what the process says on its stderr. On a terminal that is one with its stdout. */
  errors: NodeJS.WritableStream;
}

/** Runs a process of a container for somebody who types, or for a script that is piped in; resolves with its end. */
export async function interact(options: {
  agent: Agent;
  process: Omit<ProcessSpec, "terminal" | "stdin">;
  /** The kind of the terminal. Default: xterm. */
  term: string | undefined;
  ends: ShellEnds;
  signal: AbortSignal;
}): Promise<ProcessExit> {
  const { input, output, errors } = options.ends;
  const terminal = input.isTTY && output.isTTY ? { columns: output.columns, rows: output.rows } : undefined;
  const { env, ...spec } = options.process;
  const process = await options.agent.run(
    { ...spec, env: { TERM: options.term ?? "xterm", ...env }, terminal, stdin: true },
    options.signal,
  );
  using _wires = wire(process, options.ends);
  for await (const { stream, data } of process.output) (stream === "stderr" ? errors : output).write(data);
  return await process.exit;
}

/** Connects the two ends: keys, end of input, and the terminal's size. */
function wire(shell: AgentProcess, { input, output }: ShellEnds): Disposable {
  const ignore = () => undefined;
  const onData = (data: Buffer) => void shell.write(data).catch(ignore);
  const onEnd = () => void shell.endInput().catch(ignore);
  const onResize = () => void shell.resize({ columns: output.columns, rows: output.rows }).catch(ignore);
  if (input.isTTY) input.setRawMode(true);
  input.on("data", onData).on("end", onEnd);
  output.on("resize", onResize);
  return {
    [Symbol.dispose]() {
      if (input.isTTY) input.setRawMode(false);
      input.off("data", onData).off("end", onEnd).pause();
      output.off("resize", onResize);
    },
  };
}
