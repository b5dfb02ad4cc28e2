/** One command of a file, and the line that it is on. */
export interface WrittenCommand {
  line: number;
  words: Buffer[];
}

/**
 * Reads commands as redis-cli does: one on each line, words between spaces, `"…"` with `\n`, `\xHH` and the like, `'…'` as it is.
 * Empty lines and those that begin with `#` are left out. Throws with the number of the line that cannot be read.
 */
export function parseCommands(text: string): WrittenCommand[] {
  return text.split(/\r?\n/).flatMap((content, at) => {
    const trimmed = content.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    return [{ line: at + 1, words: wordsOf(trimmed, at + 1) }];
  });
}

const WORD = /"((?:[^"\\]|\\.)*)"(?=\s|$)|'((?:[^'\\]|\\.)*)'(?=\s|$)|([^\s"']+)(?=\s|$)/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|(.))/g;
const CONTROLS: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

function wordsOf(text: string, line: number): Buffer[] {
  const words: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (match === null) throw new Error(`line ${line}: a quote is not closed, or something touches one`);
    const [whole, double, single, bare = ""] = match;
    if (double !== undefined) words.push(unescaped(double));
    else words.push(Buffer.from(single === undefined ? bare : single.replaceAll("\\'", "'")));
    at += whole.length;
    while (/\s/.test(text[at] ?? "")) at += 1;
  }
  return words;
}

/** `\xHH` is a byte, whatever is around it. */
function unescaped(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [whole, hex, letter = ""] = match;
    parts.push(Buffer.from(text.slice(from, match.index)));
    parts.push(hex === undefined ? Buffer.from(CONTROLS[letter] ?? letter) : Buffer.from(hex, "hex"));
    from = match.index + whole.length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}
