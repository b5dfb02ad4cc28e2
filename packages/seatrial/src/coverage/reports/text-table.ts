export interface Column {
  title: string;
  /** How wide it may be. */
  most: number;
  /** What is cut where a text is too wide. Default: its end. */
  cut?: "start" | "end";
  align?: "right";
}

/** Rows under titles, as wide as their texts and two spaces apart; what is too wide is cut, and shows it. */
export function writeTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    columns.map((column, at) => fit(row[at] ?? "", column)),
  );
  const widths = columns.map((_, at) =>
    cells.reduce((most, row) => Math.max(most, length(row[at] ?? "")), 0),
  );
  return cells.map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0, columns[at]?.align))
      .join("  ")
      .trimEnd(),
  );
}

function fit(text: string, { most, cut }: Column): string {
  const chars = [...text];
  if (chars.length <= most) return text;
  return cut === "start" ? `…${chars.slice(1 - most).join("")}` : `${chars.slice(0, most - 1).join("")}…`;
}

function pad(text: string, width: number, align: "right" | undefined): string {
  const space = " ".repeat(Math.max(0, width - length(text)));
  return align === "right" ? space + text : text + space;
}

function length(text: string): number {
  return [...text].length;
}
