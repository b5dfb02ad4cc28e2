/** A length of time in whole milliseconds. */
export type Duration = number;

/** A duration for people: `0.2 s`, `12 s`, `3 m 04 s`. */
export function formatDuration(ms: Duration): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, "0")} s`;
}
