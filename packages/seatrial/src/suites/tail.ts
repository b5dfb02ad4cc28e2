import { detached, lastLinesOf } from "./text.ts";

/** The last part of a text that may be endless. */
export interface Tail {
  add(text: string): void;
  /** At most `characters` (default: its limit), from the beginning of a line where possible. */
  text(characters?: number): string;
  lines(count: number): string[];
}

const LONGEST_LINE = 64 * 1024;

/** Keeps the last `limit` characters (default 64 Ki) of what is added, in memory of at most twice that. */
export function createTail(limit = LONGEST_LINE): Tail {
  let kept = "";
  let cut = false;

  function text(characters = limit): string {
    if (!cut && kept.length <= characters) return detached(kept);
    const last = kept.slice(-characters);
    const newline = last.indexOf("\n");
    // A last line longer than everything that is kept has no beginning to start from.
    const whole = newline >= 0 && newline < last.length - 1 ? last.slice(newline + 1) : last;
    return `… (earlier output left out)\n${detached(whole)}`;
  }

  return {
    add(more) {
      if (more.length >= limit) {
        cut ||= kept !== "" || more.length > limit;
        kept = more.slice(-limit);
        return;
      }
      kept += more;
      if (kept.length <= 2 * limit) return;
      kept = kept.slice(-limit);
      cut = true;
    },
    text,
    lines: (count) => lastLinesOf(text(), count),
  };
}
