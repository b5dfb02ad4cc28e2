// Repeated, interleaved timing of whole commands: A B C A B C …, so that a machine that changes its speed changes it for all.
import { failIfStopped } from "./stop.mjs";

/** Runs every contestant `rounds` times after one warm-up each; returns milliseconds by name. What `prepare` and `after` do is not counted. */
export async function measure({ contestants, rounds, onRound }) {
  const times = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, prepare, run, after } of contestants) {
      failIfStopped();
      await prepare?.(round);
      const start = performance.now();
      await run(round);
      const duration = performance.now() - start;
      // The first round warms caches that every later run of a user finds warm too.
      if (round > 0) times[name].push(duration);
      await after?.(round);
    }
    onRound?.(round);
  }
  return times;
}

/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A table of medians, ranges and ratios to the first contestant. */
export function table(times) {
  const rows = Object.entries(times).map(([name, values]) => ({ name, values, median: median(values) }));
  const base = rows[0].median;
  return [
    "| contestant | median | min–max | ratio of the first to it |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ name, values, median: middle }) => {
      return `| ${name} | ${time(middle)} | ${range(values)} | ${(base / middle).toFixed(2)} |`;
    }),
  ].join("\n");
}

/** The least and the greatest of some milliseconds. */
export function range(values) {
  return `${time(Math.min(...values))}–${time(Math.max(...values))}`;
}

/** Milliseconds for people: below one second no digit that a goal may hang on is rounded away. */
export function time(value) {
  if (value < 1000) return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  return `${(value / 1000).toFixed(2)} s`;
}
