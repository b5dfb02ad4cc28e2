import type { ProcessExit } from "../agent/index.ts";
import type { Duration } from "../model/index.ts";
import type { ServiceProcess } from "./process.ts";

/** After KILL, for a process that waits for a device. */
const GIVE_UP_MS: Duration = 5_000;

/** How a process ended that was asked to. */
export interface ServiceEnd {
  /** Absent when nobody can tell any more. */
  exit?: ProcessExit | undefined;
  /** It did not end on its stop signal. */
  killed: boolean;
}

/** Ends a process with its stop signal, and with KILL when it is still there after `grace`. One that has ended says how. Never rejects. */
export async function stopProcess(
  { process, ended }: ServiceProcess,
  options: { stopSignal: string; grace: Duration },
): Promise<ServiceEnd> {
  // A lost agent shows in `ended`.
  const send = (name: string) => process.signal(name).catch(() => undefined);
  await send(options.stopSignal);
  const first = await within(ended, options.grace);
  if (first !== "late") return { exit: first, killed: false };
  await send("KILL");
  const second = await within(ended, GIVE_UP_MS);
  return { exit: second === "late" ? undefined : second, killed: true };
}

async function within(ended: Promise<ProcessExit>, ms: Duration): Promise<ProcessExit | undefined | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, ms, "late");
  });
  try {
    return await Promise.race([ended.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
