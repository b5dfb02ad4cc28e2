// Reads declarations of types as text: enough for unions and interfaces of plain data, and an error for anything else.

const OPENING = "({[<";
const CLOSING = ")}]>";

/**
 * The exported types of a TypeScript source by name: `{ name, kind, comment, members: [{ text, comment }] }`. The members of an
 * interface are its fields, those of a type its alternatives.
 */
export function readDeclarations(source) {
  const found = new Map();
  for (const match of source.matchAll(/^export (interface|type) (\w+)( =)? ?/gm)) {
    const [head, kind, name, assigned] = match;
    const start = match.index + head.length;
    // `export type { A }` hands on what another file declares.
    if (kind === "type" && assigned === undefined) continue;
    if (kind === "interface" && source[start] !== "{")
      throw new Error(`${name}: only plain interfaces can be read`);
    const body = kind === "type" ? upTo(source, start, ";") : upTo(source, start + 1, "}");
    const members = split(body, kind === "type" ? "|" : ";");
    found.set(name, { name, kind, comment: commentBefore(source, match.index), members });
  }
  return found;
}

/** The fields of an object type such as `{ a: string; b?: number | undefined }`, or undefined for another type. */
export function fieldsOf(type) {
  if (!type.startsWith("{") || upTo(type, 1, "}").length !== type.length - 2) return undefined;
  return split(type.slice(1, -1), ";").map(readField);
}

/** `name?: type` of an interface's or object type's member. */
export function readField({ text, comment }) {
  const match = /^(?:readonly )?(\w+)(\??):\s*([\s\S]+)$/.exec(text);
  if (match === null) throw new Error(`no field can be read from: ${text}`);
  const [, name, mark, type] = match;
  return { name, optional: mark === "?", type: type.replace(/\s*\|\s*undefined$/, ""), comment };
}

/** The parts of a text between separators outside of brackets, each with the comment that stands before it. */
function split(body, separator) {
  const parts = [];
  let comment = "";
  let text = "";
  let depth = 0;
  const finish = () => {
    if (text.trim() !== "") parts.push({ text: text.trim().replace(/\s+/g, " "), comment });
    if (text.trim() !== "") comment = "";
    text = "";
  };
  for (let at = 0; at < body.length; ) {
    const end = skip(body, at);
    const piece = body.slice(at, end);
    if (piece.startsWith("/**") && depth === 0) {
      // An alternative's comment stands before its `|`.
      finish();
      comment = plain(piece);
    } else if (piece === separator && depth === 0) finish();
    else if (!piece.startsWith("//") && (depth > 0 || !piece.startsWith("/*"))) {
      depth += depthOf(body, at, piece);
      text += piece;
    }
    at = end;
  }
  finish();
  return parts;
}

/** The text from `start` to the first `stop` outside of brackets, strings and comments. */
function upTo(source, start, stop) {
  let depth = 0;
  for (let at = start; at < source.length; ) {
    const end = skip(source, at);
    const piece = source.slice(at, end);
    if (piece === stop && depth === 0) return source.slice(start, at);
    depth += depthOf(source, at, piece);
    at = end;
  }
  throw new Error(`no "${stop}" after: ${source.slice(start, start + 80)}`);
}

/** Where the string, comment or character that begins at `at` ends. */
function skip(source, at) {
  const two = source.slice(at, at + 2);
  const ends = (text, from) => {
    const found = source.indexOf(text, from);
    return found === -1 ? source.length : found + text.length;
  };
  if (two === "/*") return ends("*/", at + 2);
  if (two === "//") return ends("\n", at);
  const quote = source[at];
  if (quote !== '"' && quote !== "'" && quote !== "`") return at + 1;
  let end = at + 1;
  while (end < source.length && source[end] !== quote) end += source[end] === "\\" ? 2 : 1;
  return end + 1;
}

function depthOf(source, at, piece) {
  if (piece === ">" && source[at - 1] === "=") return 0;
  if (OPENING.includes(piece)) return 1;
  return CLOSING.includes(piece) ? -1 : 0;
}

function commentBefore(source, index) {
  const match = /\/\*\*((?!\*\/)[\s\S])*\*\/\n$/.exec(source.slice(0, index));
  return match === null ? "" : plain(match[0]);
}

/** A doc comment's text in one line. */
function plain(comment) {
  return comment
    .trim()
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join(" ")
    .trim();
}
