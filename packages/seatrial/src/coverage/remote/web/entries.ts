import { percentDecode } from "../percent-encode.ts";

/** What a folder's page lists. */
export interface FolderEntries {
  files: { name: string; bytes?: number | undefined }[];
  folders: string[];
}

/** Reads the page of a folder: JSON as nginx and Caddy write it, or HTML with links. Undefined: it is no list. */
export function entriesOf(options: { text: string; type: string; url: URL }): FolderEntries | undefined {
  return options.type.includes("json") ? jsonEntries(options.text) : htmlEntries(options);
}

function jsonEntries(text: string): FolderEntries | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Caddy writes null for an empty folder.
  if (data === null) return { files: [], folders: [] };
  if (!Array.isArray(data)) return undefined;
  const found: FolderEntries = { files: [], folders: [] };
  for (const entry of data as { name?: unknown; type?: unknown; is_dir?: unknown; size?: unknown }[]) {
    if (typeof entry?.name !== "string") return undefined;
    const name = entry.name.replace(/\/$/, "");
    if (entry.type === "directory" || entry.is_dir === true) found.folders.push(name);
    else found.files.push({ name, bytes: typeof entry.size === "number" ? entry.size : undefined });
  }
  return found;
}

const LINK = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const TITLE = /<(title|h1)[^>]*>\s*(index of|directory|listing|files)/i;

function htmlEntries({
  text,
  type,
  url,
}: {
  text: string;
  type: string;
  url: URL;
}): FolderEntries | undefined {
  if (!type.includes("html")) return undefined;
  const folder = url.pathname.replace(/[^/]*$/, "");
  const found = { files: new Set<string>(), folders: new Set<string>() };
  for (const [, double, single] of text.matchAll(LINK)) {
    const name = childOf(unescapeHtml(double ?? single ?? ""), url, folder);
    if (name === undefined) continue;
    if (name.endsWith("/")) found.folders.add(name.slice(0, -1));
    else found.files.add(name);
  }
  // A page of something else has no links to what is below it, and no title of a list.
  if (found.files.size + found.folders.size === 0 && !TITLE.test(text)) return undefined;
  return { files: [...found.files].map((name) => ({ name })), folders: [...found.folders] };
}

/** The plain name behind a link to something right below the folder; a folder's ends with a slash. */
function childOf(href: string, url: URL, folder: string): string | undefined {
  const to = URL.canParse(href, url.href) ? new URL(href, url) : undefined;
  if (to === undefined || to.origin !== url.origin || (to.search !== url.search && to.search !== ""))
    return undefined;
  const rest = to.pathname.startsWith(folder) ? to.pathname.slice(folder.length) : "";
  if (!/^[^/]+\/?$/.test(rest)) return undefined;
  const name = percentDecode(rest);
  // An encoded slash would be a step elsewhere.
  return name?.replace(/\/$/, "").includes("/") === false ? name : undefined;
}

function unescapeHtml(text: string): string {
  const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (name !== undefined) return names[name] ?? whole;
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
