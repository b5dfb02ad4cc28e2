/** The part of a glob that has no pattern in it, and the expression that a whole path must match. */
export interface Glob {
  folder: string;
  matches(path: string): boolean;
}

const MAGIC = /[*?[{]/;

/** Reads an absolute glob: `*` and `?` within one name, `**` across folders, `{a,b}` and `[abc]`. */
export function parseGlob(glob: string): Glob {
  const segments = glob.split("/");
  const first = segments.findIndex((segment) => MAGIC.test(segment));
  const folder = segments.slice(0, first < 0 ? segments.length : first).join("/");
  const pattern = new RegExp(`^${segments.map(segmentPattern).join("")}$`);
  return { folder: folder === "" ? "/" : folder, matches: (path) => pattern.test(path) };
}

/** True when a text has something that a glob would read as a pattern. */
export function isGlob(text: string): boolean {
  return MAGIC.test(text);
}

function segmentPattern(segment: string, at: number, all: readonly string[]): string {
  const last = at === all.length - 1;
  if (segment === "**") return last ? ".*" : "(?:[^/]+/)*";
  return namePattern(segment) + (last ? "" : "/");
}

function namePattern(segment: string): string {
  let pattern = "";
  let braces = 0;
  for (let at = 0; at < segment.length; at += 1) {
    const char = segment[at] ?? "";
    const set = char === "[" ? segment.indexOf("]", at + 2) : -1;
    if (set > 0) {
      const body = segment
        .slice(at + 1, set)
        .replace(/^!/, "^")
        .replaceAll("\\", "\\\\");
      pattern += `[${body}]`;
      at = set;
    } else if (char === "*") pattern += "[^/]*";
    else if (char === "?") pattern += "[^/]";
    else if (char === "{" && segment.indexOf("}", at) > 0) {
      pattern += "(?:";
      braces += 1;
    } else if (char === "}" && braces > 0) {
      pattern += ")";
      braces -= 1;
    } else if (char === "," && braces > 0) pattern += "|";
    else pattern += char.replace(/[.+^$()|[\]\\{}*?]/g, "\\$&");
  }
  return pattern + ")".repeat(braces);
}
