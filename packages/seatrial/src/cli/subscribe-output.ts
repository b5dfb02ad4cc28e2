import type { RunEvent } from "../model/index.ts";
import type { EventBus } from "../support/events.ts";
import type { OutputFlags } from "./flags.ts";
import { openTerminal } from "./output.ts";
import type { StopNotice } from "./stop-notice.ts";
import type { Surroundings } from "./surroundings.ts";

/** Tells a run where people or programs look: lines for a terminal, or JSON. */
export async function subscribeOutput(options: {
  surroundings: Surroundings;
  flags: OutputFlags;
  bus: EventBus<RunEvent>;
  notice?: StopNotice | undefined;
}): Promise<{ close(): void }> {
  const { surroundings, flags, bus } = options;
  const { stdout } = surroundings;
  if (flags.json === true) {
    bus.subscribe((event) => {
      if (event.type !== "output") stdout.write(`${JSON.stringify(event)}\n`);
    });
    return { close: () => undefined };
  }
  const terminal = await openTerminal({ surroundings, stream: stdout, flags });
  bus.subscribe(terminal.take);
  options.notice?.showOn(terminal);
  return terminal;
}
