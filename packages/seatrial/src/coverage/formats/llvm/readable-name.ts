/** `main.c:helper`: what is private to a file is named with it. */
const FILE_PREFIX = /^[^:;[\]() ]+\.[a-zA-Z+]+[:;](?=\w)/;
const HASH = /^h[0-9a-f]{16}$/;

/** A function's name as people know it: without its file, and Rust's older mangling (also C++'s simplest) spelled out. Others stay as they are. */
export function readableName(name: string): string {
  const plain = name.replace(FILE_PREFIX, "");
  const nested = /^_ZN(.*)E$/.exec(plain)?.[1] ?? /^_ZN(.*)Ev$/.exec(plain)?.[1];
  if (nested === undefined) return plain;
  const parts: string[] = [];
  for (let at = 0; at < nested.length; ) {
    const digits = /^\d{1,4}/.exec(nested.slice(at, at + 4))?.[0];
    const length = Number(digits);
    if (digits === undefined || length === 0 || at + digits.length + length > nested.length) return plain;
    at += digits.length + length;
    parts.push(nested.slice(at - length, at));
  }
  return (HASH.test(parts.at(-1) ?? "") ? parts.slice(0, -1) : parts).join("::");
}
