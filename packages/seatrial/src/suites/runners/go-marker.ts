/** What `-test.v=test2json` puts before each framing line. */
export const MARKER = "\x16";

const BYTE = 0x16;
const BEFORE_FRAMING = /\x16(?=(?: {4})*(?:=== |--- )|PASS\r?\n|FAIL\r?\n)/g;

/** The output of a test binary as people know it. Works on bytes, as output need not be UTF-8. */
export function withoutMarkers(lines: Buffer): Buffer {
  if (!lines.includes(BYTE)) return lines;
  return Buffer.from(lines.toString("latin1").replace(BEFORE_FRAMING, ""), "latin1");
}
