// How figures are drawn together and shown.

/** The value below which this share of the values is. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function ms(value) {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

/** A table of the pages: its head, then its rows. */
export function markdown(rows) {
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const rule = `|${" --- |".repeat(rows[0].length)}`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}
