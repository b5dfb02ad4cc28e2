import { escapeText } from "./escape.ts";

export interface Crumb {
  name: string;
  /** Relative to the report's folder; absent for the page itself. */
  page?: string;
}

/** A whole page around its content. `depth`: how many folders it lies below the report's. */
export function writePage(options: {
  title: string;
  crumbs: readonly Crumb[];
  depth: 0 | 1;
  content: string;
  /** Further scripts of the report's folder. */
  scripts?: readonly string[];
}): string {
  const { title, crumbs, depth, content, scripts = [] } = options;
  const top = "../".repeat(depth);
  const links = crumbs.map(({ name, page }) =>
    page === undefined
      ? `<span aria-current="page">${escapeText(name)}</span>`
      : `<a href="${top}${page}">${escapeText(name)}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${top}style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<nav class="crumbs" aria-label="Where this is">${links.join('<span class="slash">/</span>')}</nav>
<main id="main">
${content}
</main>
${[...scripts, "script.js"].map((script) => `<script src="${top}${script}"></script>`).join("\n")}
</body>
</html>
`;
}
