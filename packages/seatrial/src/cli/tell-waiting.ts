import type { Surroundings } from "./surroundings.ts";

/** The longest silence before a run has anything to show. */
const SILENCE_MS = 2_000;

/** Says every two seconds, on stderr, what is being waited for; until it is disposed. */
export function tellWaiting(options: {
  surroundings: Surroundings;
  what: () => string;
  /** Says nothing. */
  quiet?: boolean | undefined;
}): Disposable {
  const { surroundings, what } = options;
  if (options.quiet === true) return { [Symbol.dispose]: () => undefined };
  const start = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - start) / 1000);
    surroundings.stderr.write(`  … ${seconds} s  waiting for ${what()}\n`);
  }, SILENCE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
