import { GoRegexpError } from "./error.ts";

/** Reads an expression code point by code point and knows where it is. */
export interface Reader {
  readonly offset: number;
  readonly done: boolean;
  /** The code point ahead, or "" at the end. */
  peek(): string;
  next(): string;
  /** True, and past it, when this text is ahead. */
  take(text: string): boolean;
  /** What a sticky expression finds ahead, and past it. */
  match(pattern: RegExp): RegExpExecArray | null;
  /** An error about what was read since `from`. */
  fail(message: string, from: number): never;
}

/** A reader at the beginning of a text. */
export function createReader(text: string): Reader {
  let at = 0;
  const peek = () => {
    const point = text.codePointAt(at);
    return point === undefined ? "" : String.fromCodePoint(point);
  };
  return {
    get offset() {
      return at;
    },
    get done() {
      return at >= text.length;
    },
    peek,
    next() {
      const char = peek();
      at += char.length;
      return char;
    },
    take(expected) {
      if (!text.startsWith(expected, at)) return false;
      at += expected.length;
      return true;
    },
    match(pattern) {
      const sticky = new RegExp(pattern.source, "uy");
      sticky.lastIndex = at;
      const found = sticky.exec(text);
      if (found !== null) at += found[0].length;
      return found;
    },
    fail(message, from) {
      throw new GoRegexpError(message, { offset: from, length: Math.max(1, at - from) });
    },
  };
}
