import { createTerminalReport, type TerminalReport } from "../report/index.ts";
import type { OutputFlags } from "./flags.ts";
import { listenForPause } from "./listen-for-pause.ts";
import type { Surroundings } from "./surroundings.ts";

/** The report that a person reads: redrawn in place on a terminal, lines elsewhere and in CI. */
export async function openTerminal(options: {
  surroundings: Surroundings;
  stream: NodeJS.WriteStream;
  flags: OutputFlags;
  /** Default: where it is possible. */
  live?: boolean | undefined;
}): Promise<TerminalReport> {
  const { surroundings, stream, flags } = options;
  const { env } = surroundings.environment;
  const live = options.live ?? isLive(stream, env);
  const report = await createTerminalReport({
    stream,
    live,
    colour: useColour({ stream, env, flag: flags.color }),
    quiet: flags.quiet === true,
    now: () => performance.now(),
  });
  if (!live) return report;
  const listening = listenForPause(report.leave);
  return {
    ...report,
    close() {
      listening[Symbol.dispose]();
      report.close();
    },
  };
}

/** A terminal that says its size, and no log of a CI system. */
function isLive(stream: NodeJS.WriteStream, env: Record<string, string | undefined>): boolean {
  return stream.isTTY === true && stream.rows > 0 && env["CI"] === undefined && env["TERM"] !== "dumb";
}

/** Colour where a person looks, unless NO_COLOR or the flag says otherwise. */
export function useColour(options: {
  stream: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
  flag?: boolean | undefined;
}): boolean {
  if (options.flag === false || (options.env["NO_COLOR"] ?? "") !== "") return false;
  if ((options.env["FORCE_COLOR"] ?? "0") !== "0") return true;
  return options.stream.isTTY === true && options.env["TERM"] !== "dumb";
}
