import { formatDuration, type ImageConfig } from "../../model/index.ts";
import { describeExit } from "../container/telling.ts";
import { endsWithin } from "./end.ts";
import type { StartedEntrypoint } from "./start.ts";

const GRACE_MS = 10_000;

/** Asks the started image to stop as an engine would, and says in a sentence how it took that. What needs SIGKILL is worth a warning. */
export async function stopEntrypoint(
  { process, ended }: StartedEntrypoint,
  options: { image: ImageConfig; now: () => number; signal: AbortSignal },
): Promise<string> {
  const name = (options.image.stopSignal ?? "TERM").replace(/^SIG/i, "").toUpperCase();
  const start = options.now();
  try {
    await process.signal(name);
  } catch {
    // It has just ended, or the image's signal is none of Linux: both show below.
  }
  const exit = await endsWithin(ended, GRACE_MS, options.signal);
  if (exit === undefined) {
    return [
      `Warning: it did not end within ${formatDuration(GRACE_MS)} of SIG${name} and was killed:`,
      "each deployment waits that long for it, and what it had in hand is lost. Let it end on the signal (STOPSIGNAL says which one it is sent).",
    ].join(" ");
  }
  if (exit.signal === name) {
    return [
      `Warning: it has no handler for SIG${name}, which ended it only because it was not the first process of its container.`,
      "As the first process it would ignore the signal and be killed; handle it, or start with an init such as tini.",
    ].join(" ");
  }
  return `It ended ${describeExit(exit)} ${formatDuration(options.now() - start)} after SIG${name}.`;
}
