import { StringDecoder } from "node:string_decoder";
import type { SpaceServer } from "../maker.ts";

/** Lines kept of what a process says. */
const LINES = 100;

/** Runs a process in the service's container, feeds it, and resolves with its exit code and the last lines of what it said. */
export async function runToEnd(options: {
  server: SpaceServer;
  argv: string[];
  env: Record<string, string>;
  input?: Iterable<string> | AsyncIterable<Buffer> | undefined;
  /** Takes stdout away from the lines. */
  onOutput?: ((data: Buffer) => Promise<void>) | undefined;
  signal: AbortSignal;
}): Promise<{ code: number | null; lines: string[] }> {
  const { server, argv, env, input, onOutput, signal } = options;
  const process = await server.run({ argv, env, stdin: input !== undefined }, signal);
  const decoder = new StringDecoder("utf8");
  let text = "";
  const reading = (async () => {
    for await (const { stream, data } of process.output) {
      if (stream === "stdout" && onOutput !== undefined) await onOutput(data);
      else text = (text + decoder.write(data)).split("\n").slice(-LINES).join("\n");
    }
  })();
  // A process that ends early takes no more; why it ended is what its exit tells.
  const writing = feed().catch(() => undefined);
  await Promise.all([reading, writing]);
  const { code } = await process.exit;
  return { code, lines: text.split("\n").filter((line) => line !== "") };

  async function feed(): Promise<void> {
    if (input === undefined) return;
    for await (const data of input) await process.write(data);
    await process.endInput();
  }
}
