import type { SpaceSummary } from "../model/index.ts";
import { onOneLine } from "./style.ts";

const MOST = 12;

/** The spaces of failed tests that stay with a run that is kept, each with the command that opens it. */
export function formatKeptSpaces(spaces: readonly SpaceSummary[]): string[] {
  const shown = spaces.slice(0, MOST).map(({ id, space, holder }) => {
    const test = [holder?.suite, holder?.test]
      .filter((part) => part !== undefined && part !== "")
      .join(" › ");
    return `  ${onOneLine(space)} of ${onOneLine(test === "" ? "no test" : test)}: open with \`seatrial space open ${id}\``;
  });
  const hidden = spaces.length - shown.length;
  return hidden > 0 ? [...shown, `  … and ${hidden} more: \`seatrial space list\``] : shown;
}
