import { escapeText } from "./escape.ts";
import type { LineState } from "./line-states.ts";

const LONGEST = 2_000;

/** The text of a line; what nothing reached is marked where only a part of it was. Very long lines are cut. */
export function writeCode(text: string, state: LineState | undefined): string {
  const shown = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const cut =
    text.length > LONGEST ? `<span class="cut">… ${text.length - LONGEST} more characters</span>` : "";
  // Columns are bytes for some tools and characters for others: the same only in ASCII.
  if (state?.state !== "part" || state.missing.length === 0 || /[^\u0000-\u007f]/.test(shown))
    return escapeText(shown) + cut;
  let written = "";
  let at = 0;
  for (const { from, to } of [...state.missing].sort((a, b) => a.from - b.from)) {
    const start = Math.min(Math.max(from - 1, at), shown.length);
    const end = Math.min(Math.max(to - 1, start), shown.length);
    if (end === start) continue;
    written += `${escapeText(shown.slice(at, start))}<mark>${escapeText(shown.slice(start, end))}</mark>`;
    at = end;
  }
  return written + escapeText(shown.slice(at)) + cut;
}
