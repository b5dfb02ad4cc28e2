const NAMED: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** A path as git prints it: names with unusual bytes stand in quotes, the bytes as in C. */
export function unquotePath(written: string): string {
  if (!written.startsWith('"') || !written.endsWith('"') || written.length < 2) return written;
  const bytes: number[] = [];
  const body = Buffer.from(written.slice(1, -1));
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (byte !== BACKSLASH) {
      bytes.push(byte);
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(body.toString("latin1", at + 1, at + 4));
    if (octal !== null) bytes.push(Number.parseInt(octal[0], 8));
    else bytes.push(NAMED[String.fromCharCode(body[at + 1] ?? 0)] ?? body[at + 1] ?? 0);
    at += octal === null ? 1 : 3;
  }
  return Buffer.from(bytes).toString();
}

const BACKSLASH = 92;
