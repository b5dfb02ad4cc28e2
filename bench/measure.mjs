// Repeated, interleaved timing of whole commands: A B C A B C …, so that a machine that changes its speed changes it for all.

/** Runs every contestant `rounds` times after one warm-up each; returns milliseconds by name. What `prepare` does is not counted. */
export async function measure({ contestants, rounds, onRound }) {
  const times = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, prepare, run } of contestants) {
      await prepare?.(round);
      const start = performance.now();
      await run(round);
      // The first round warms caches that every later run of a user finds warm too.
      if (round > 0) times[name].push(performance.now() - start);
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
      const range = `${ms(Math.min(...values))}–${ms(Math.max(...values))}`;
      return `| ${name} | ${ms(middle)} | ${range} | ${(base / middle).toFixed(2)} |`;
    }),
  ].join("\n");
}

function ms(value) {
  return `${(value / 1000).toFixed(2)} s`;
}
