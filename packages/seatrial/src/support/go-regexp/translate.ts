import { readBrackets } from "./brackets.ts";
import { printSet } from "./char-set.ts";
import { readEscape, readSetEscape } from "./escape.ts";
import { foldsOf } from "./fold.ts";
import { createReader, type Reader } from "./reader.ts";

interface Flags {
  /** i: upper and lower case count the same. */
  fold: boolean;
  /** m: ^ and $ are at each line. */
  lines: boolean;
  /** s: a dot is a line feed too. */
  dotAll: boolean;
}

const MOST_REPEATS = 1000;

/**
 * A Go regular expression (RE2) in JavaScript's syntax with the flag u, for asking whether it matches: groups keep nothing, and
 * greedy or not is all the same. Fails with GoRegexpError for what Go refuses too.
 */
export function translate(expression: string): string {
  const reader = createReader(expression);
  const output: string[] = [];
  const open: { flags: Flags; at: number }[] = [];
  const names = new Set<string>();
  let flags: Flags = { fold: false, lines: false, dotAll: false };
  /** What a repetition would stand behind. */
  let before: "nothing" | "something" | "repetition" = "nothing";

  const add = (text: string) => {
    output.push(text);
    before = "something";
  };
  const literal = (point: number) => {
    const points = flags.fold ? foldsOf(point) : [point];
    add(printSet(points.map((each) => [each, each])));
  };

  function group(): void {
    const at = reader.offset;
    reader.take("(");
    const { inline, inner } = readGroupHead(reader, { at, flags, names });
    if (!inline) {
      open.push({ flags, at });
      output.push("(?:");
      before = "nothing";
    }
    flags = inner;
  }

  function close(): void {
    const at = reader.offset;
    reader.take(")");
    const opened = open.pop();
    if (opened === undefined) reader.fail("a ) without its (", at);
    else flags = opened.flags;
    add(")");
  }

  function repeat(): boolean {
    const at = reader.offset;
    const found = reader.match(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/);
    if (found === null) return false;
    const [sign, least, comma, most] = found;
    if (before === "nothing") reader.fail(`${sign} repeats nothing`, at);
    if (before === "repetition") reader.fail(`${sign} repeats a repetition`, at);
    const from = Number(least ?? 0);
    const to = comma === undefined ? from : Number(most || MOST_REPEATS);
    if (Math.max(from, Number(most || 0)) > MOST_REPEATS) reader.fail(`more than ${MOST_REPEATS} times`, at);
    if (least !== undefined && to < from) reader.fail(`${sign} ends before it begins`, at);
    reader.take("?");
    output.push(sign);
    before = "repetition";
    return true;
  }

  while (!reader.done) {
    if (repeat()) continue;
    const char = reader.peek();
    const set = char === "\\" ? readSetEscape(reader, flags) : undefined;
    const place = char === "\\" ? reader.match(/\\[AzbB]/) : null;
    if (set !== undefined) add(printSet(set));
    else if (place !== null) add(PLACES[place[0]] ?? "");
    else if (reader.take("\\Q")) {
      for (const each of reader.match(/([\s\S]*?)(?:\\E|$)/)?.[1] ?? "") literal(each.codePointAt(0) ?? 0);
    } else if (char === "\\") literal(readEscape(reader));
    else if (char === "[") add(readBrackets(reader, flags));
    else if (char === "(") group();
    else if (char === ")") close();
    else {
      reader.next();
      if (char === "|") {
        output.push("|");
        before = "nothing";
      } else if (char === ".") add(flags.dotAll ? "[^]" : "[^\\n]");
      else if (char === "^") add(flags.lines ? "(?:^|(?<=\\n))" : "(?:^)");
      else if (char === "$") add(flags.lines ? "(?:$|(?=\\n))" : "(?:$)");
      else literal(char.codePointAt(0) ?? 0);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) reader.fail("a ( without its )", unclosed.at);
  return output.join("");
}

/** In brackets of their own, so that they can be repeated. */
const PLACES: Record<string, string> = {
  "\\A": "(?:^)",
  "\\z": "(?:$)",
  "\\b": "(?:\\b)",
  "\\B": "(?:\\B)",
};

/** What follows an opening parenthesis: nothing, `?:`, `?P<name>`, `?i-s:`, or flags alone for the rest of the group around it. */
function readGroupHead(
  reader: Reader,
  options: { at: number; flags: Flags; names: Set<string> },
): { inline: boolean; inner: Flags } {
  const { at, flags, names } = options;
  if (!reader.take("?")) return { inline: false, inner: flags };
  const named = reader.match(/P?<([^=!>][^>]*)>/);
  if (named !== null) {
    const name = named[1] ?? "";
    if (!/^\w+$/.test(name)) reader.fail(`${name} is no name for a group`, at);
    if (names.has(name)) reader.fail(`two groups with the name ${name}`, at);
    names.add(name);
    return { inline: false, inner: flags };
  }
  const look = reader.match(/<?[=!]/);
  if (look !== null) return reader.fail(`a look around (?${look[0]}, which Go does not have`, at);
  const found = reader.match(/([imsU]*)(?:-([imsU]+))?([:)])/);
  if (found === null) return reader.fail("a group of a kind that Go does not have", at);
  const [, on = "", off = "", end] = found;
  const value = (letter: string, otherwise: boolean) =>
    off.includes(letter) ? false : on.includes(letter) || otherwise;
  const inner: Flags = {
    fold: value("i", flags.fold),
    lines: value("m", flags.lines),
    dotAll: value("s", flags.dotAll),
  };
  return { inline: end === ")", inner };
}
