/** One header block of a tar. */
export interface TarHeader {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  flag: string;
  link: string;
  /** Of old sparse files: bytes once unpacked. */
  realSize?: number | undefined;
}

const CHECKSUM = 148;

/** The header in a block of 512 bytes; undefined when its checksum or a number is wrong. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (!hasChecksum(block)) return undefined;
  const [mode, uid, gid, size] = [
    number(block, 100, 8),
    number(block, 108, 8),
    number(block, 116, 8),
    number(block, 124, 12),
  ];
  if (mode === undefined || uid === undefined || gid === undefined || size === undefined) return undefined;
  const magic = block.toString("latin1", 257, 263);
  // GNU's own format has other fields where the prefix would be.
  const prefix = magic === "ustar\0" ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const flag = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode,
    uid,
    gid,
    size,
    flag: flag === "\0" || flag === "7" ? "0" : flag,
    link: text(block, 157, 100),
    realSize: flag === "S" ? number(block, 483, 12) : undefined,
  };
}

export function isEmptyBlock(block: Buffer): boolean {
  return block[0] === 0 && block.every((byte) => byte === 0);
}

/** The sum of all bytes, its own field counted as spaces; some old writers took them as signed. */
function hasChecksum(block: Buffer): boolean {
  const wanted = number(block, CHECKSUM, 8);
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let at = 0; at < block.length; at += 1) {
    if (at >= CHECKSUM && at < CHECKSUM + 8) continue;
    const byte = block[at] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return wanted === unsigned || wanted === signed;
}

function text(block: Buffer, start: number, length: number): string {
  const nul = block.indexOf(0, start);
  return block.toString("utf8", start, nul < 0 ? start + length : Math.min(nul, start + length));
}

/** Octal digits, or big-endian bytes after a set first bit; undefined for anything else, and for negative ones. */
function number(block: Buffer, start: number, length: number): number | undefined {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let at = start + 1; at < start + length; at += 1) value = value * 256 + (block[at] ?? 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  let value = 0;
  for (let at = start; at < start + length; at += 1) {
    const byte = block[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) value = value * 8 + (byte - 0x30);
    else if (byte !== 0x20 && byte !== 0) return undefined;
    else if (value > 0) break;
  }
  return value;
}
