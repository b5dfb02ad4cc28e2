import type { FileCoverage } from "../../data.ts";
import { formatRanges, uncoveredLines } from "../../uncovered.ts";
import { writeCode } from "./code-line.ts";
import { escapeText } from "./escape.ts";
import { type LineState, lineStates } from "./line-states.ts";

const MOST_GAPS = 60;

/** The source of a file with what was reached. Without its text, the lines that profiles name. */
export function sourceTable(options: {
  file: FileCoverage<number[]>;
  sources: readonly string[];
  /** Undefined: the project does not have it. */
  text: string | undefined;
}): string {
  const { file, sources, text } = options;
  const states = lineStates(file);
  const rows = linesToShow(text, states);
  let before = "";
  let inGap = false;
  const written = rows.map(({ line, code }) => {
    const state = states.get(line);
    const by = state === undefined ? "" : whoReached(state, sources);
    const name = by === before ? "" : by;
    if (state !== undefined) before = by;
    const isGap = state !== undefined && state.state !== "hit";
    const starts = isGap && !inGap;
    inGap = isGap || (inGap && state === undefined);
    return writeRow({ line, code, state, name, starts });
  });
  const missing =
    text === undefined
      ? `<p class="note">The project does not have this file, or not its text: it was made in the image, or removed since.</p>`
      : "";
  return `${missing}${gaps(file)}${chooser(sources)}<table class="source"><tbody>\n${written.join("\n")}\n</tbody></table>`;
}

function linesToShow(
  text: string | undefined,
  states: ReadonlyMap<number, LineState>,
): { line: number; code: string }[] {
  if (text === undefined) return [...states.keys()].sort((a, b) => a - b).map((line) => ({ line, code: "" }));
  const lines = text.replace(/\r?\n$/, "").split("\n");
  return lines.map((code, at) => ({ line: at + 1, code: code.replace(/\r$/, "") }));
}

function writeRow(options: {
  line: number;
  code: string;
  state: LineState | undefined;
  name: string;
  starts: boolean;
}): string {
  const { line, code, state, name, starts } = options;
  const kind = state === undefined ? "" : ` class="${state.state}${starts ? " gap" : ""}"`;
  const by = state === undefined ? "" : ` data-by="${state.by.join(" ")}"`;
  const arms =
    state === undefined || state.arms.total === 0 || state.arms.covered === state.arms.total
      ? ""
      : ` <span class="arms">${state.arms.covered} of ${state.arms.total} branches</span>`;
  const only = name.startsWith("only ") ? " only" : "";
  return `<tr id="L${line}"${kind}${by}><td class="line"><a href="#L${line}">${line}</a></td><td class="hits">${state?.hits ?? ""}</td><td class="who${only}">${escapeText(name)}</td><td class="code">${writeCode(code, state)}${arms}</td></tr>`;
}

/** In words: `only integration`, `unit, api`. */
function whoReached({ by }: LineState, sources: readonly string[]): string {
  const names = by.map((source) => sources[source] ?? "");
  if (sources.length < 2 || names.length === 0) return "";
  return names.length === 1 ? `only ${names[0]}` : names.join(", ");
}

/** Links to what was not reached, for those without a script too. */
function gaps(file: FileCoverage<number[]>): string {
  const ranges = uncoveredLines(file);
  if (ranges.length === 0) return "";
  const links = ranges
    .slice(0, MOST_GAPS)
    .map((range) => `<a href="#L${range.first}">${formatRanges([range])}</a>`);
  const more = ranges.length - links.length;
  return `<p class="gaps">Not covered: ${links.join(" ")}${more > 0 ? ` and ${more} more` : ""}</p>`;
}

/** Shows what one source reached; the script brings it to life. */
function chooser(sources: readonly string[]): string {
  const buttons = [
    ...(sources.length < 2
      ? []
      : [
          `<span>reached by</span><button type="button" data-source="" aria-pressed="true">any</button>`,
          ...sources.map(
            (name, at) =>
              `<button type="button" data-source="${at}" aria-pressed="false">${escapeText(name)}</button>`,
          ),
        ]),
    `<span class="keys"><button type="button" data-jump="-1">previous gap <kbd>p</kbd></button><button type="button" data-jump="1">next gap <kbd>n</kbd></button></span>`,
  ];
  return `<div class="chooser" role="toolbar" aria-label="What is shown" hidden>${buttons.join("")}</div>`;
}
