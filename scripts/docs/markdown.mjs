/** The first line of each page. */
export const NOTICE =
  "<!-- Written by `node scripts/write-docs.mjs` from the source. Change that, not this. -->";

/** A page: blocks with an empty line between them. */
export function page(title, blocks) {
  return `${[NOTICE, `# ${title}`, ...blocks].filter((block) => block !== "").join("\n\n")}\n`;
}

/** A table; columns that are empty in every row are left out. */
export function table(head, rows) {
  const filled = head.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (cells) =>
    `| ${cells
      .filter((_, column) => filled[column])
      .map(cell)
      .join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export const code = (text) => `\`${text}\``;

export function fence(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Where a heading is found, as code hosts make it. */
export function anchor(heading) {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}

export const link = (heading, text = heading) => `[${text}](#${anchor(heading)})`;

/** A sentence, where the source begins with a small letter and ends without a full stop. */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`;
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
