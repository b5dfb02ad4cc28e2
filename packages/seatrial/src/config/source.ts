/** A text file as the user wrote it, with the name that messages call it by. */
export interface Source {
  /** Absolute. */
  path: string;
  /** For people: relative to where they stand, when it is below. */
  label: string;
  text: string;
}

/** A part of a source, in UTF-16 units; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** Line and column, both from 1. */
export interface Position {
  line: number;
  column: number;
}

const WIDEST = 100;
const BEFORE_CARET = 60;

/** Where an offset is. Offsets beyond the text mean its end. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: before.length - before.lastIndexOf("\n") };
}

/** `seatrial.yaml:7:5`. */
export function placeOf(source: Source, span: Span): string {
  const { line, column } = positionAt(source.text, span.start);
  return `${source.label}:${line}:${column}`;
}

/** The line that holds the start of a span, with carets below it. Long lines are cut, control characters are shown as `·`. */
export function codeFrame(text: string, span: Span): string {
  const { line, column } = positionAt(text, span.start);
  const whole = text.split("\n")[line - 1]?.replace(/\r$/, "") ?? "";
  const cut = Math.max(0, Math.min(column - 1 - BEFORE_CARET, whole.length - WIDEST));
  const shown = visible(whole.slice(cut, cut + WIDEST));
  const at = column - 1 - cut;
  const length = Math.max(1, Math.min(span.end - span.start, shown.length - at));
  // Tabs are kept in the padding, so that the carets stand below what they mean however wide a tab is.
  const padding = shown.slice(0, at).replace(/[^\t]/g, " ");
  const gutter = String(line);
  return `  ${gutter} | ${shown}\n  ${" ".repeat(gutter.length)} | ${padding}${"^".repeat(length)}`;
}

/** Text without control characters, so that a file cannot steer the terminal that shows it. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    "·",
  );
}
