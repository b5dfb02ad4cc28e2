import type { ClientHttp2Session } from "node:http2";
import { type Duration, formatDuration } from "../model/index.ts";

export interface KeepaliveOptions {
  /** Between two pings. Default 15 s. */
  interval?: Duration | undefined;
}

/** Pings without an answer after which the agent is taken for lost. */
const MISSES = 3;
const INTERVAL: Duration = 15_000;

/**
 * Pings the agent, and says so once when three intervals passed without an answer: a cut network shows no end of the stream.
 * Returns what stops it. Its timer does not keep the process alive.
 */
export function keepAlive(
  session: ClientHttp2Session,
  options: KeepaliveOptions & { onSilence: (reason: string) => void },
): () => void {
  const interval = options.interval ?? INTERVAL;
  let unanswered = 0;
  // Counted, not timed: a process that was stopped for an hour must read its backlog before it judges.
  const timer = setInterval(() => {
    if (session.destroyed) return;
    if (unanswered >= MISSES) {
      options.onSilence(`it did not answer for ${formatDuration(unanswered * interval)}`);
      return;
    }
    unanswered += 1;
    session.ping((error) => {
      if (error === null) unanswered = 0;
    });
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
