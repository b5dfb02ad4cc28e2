import { describe, expect, it } from "vitest";
import { longestSilence } from "./silence.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** When a run that has nothing else to tell says that it goes on. */
function beatsUntil(end: number): number[] {
  const beats: number[] = [];
  for (let now = longestSilence(0); now <= end; now += longestSilence(now)) beats.push(now);
  return beats;
}

describe("the silence of plain lines", () => {
  it("is two seconds while somebody may be waiting in front of it", () => {
    expect(beatsUntil(20 * SECOND)).toEqual(Array.from({ length: 10 }, (_, at) => (at + 1) * 2 * SECOND));
  });

  it("grows with the run, never beyond a minute, so that nothing takes the run for dead", () => {
    const beats = beatsUntil(3 * 60 * MINUTE);
    const silences = beats.map((beat, at) => Math.round(beat - (beats[at - 1] ?? 0)));
    expect(silences).toEqual([...silences].sort((a, b) => a - b));
    expect(silences.at(-1)).toBe(MINUTE);
  });

  it.each([
    [1, 25],
    [10, 50],
    [60, 100],
  ])("leaves a run of %i minutes within %i lines", (minutes, lines) => {
    expect(beatsUntil(minutes * MINUTE).length).toBeLessThanOrEqual(lines);
  });
});
