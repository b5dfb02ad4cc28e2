import { styleText } from "node:util";

/** Colours and marks, or plain text. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

/** Styles for a terminal, or ones that leave text as it is. */
export function createStyle(colour: boolean): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      colour ? styleText(format, text) : text;
  return {
    good: paint("green"),
    bad: paint("red"),
    warn: paint("yellow"),
    dim: paint("dim"),
    bold: paint("bold"),
  };
}

// Escape sequences and other control characters of programs under test must not steer the reader's terminal.
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const WIDEST = 400;

/** Text of unknown origin as plain printable text; tabs and line ends stay. Very long lines are cut. */
export function printable(text: string): string {
  return text
    .replace(CONTROL, "")
    .split("\n")
    .map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line))
    .join("\n");
}

/** The same on one line. */
export function onOneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ")).trim();
}
