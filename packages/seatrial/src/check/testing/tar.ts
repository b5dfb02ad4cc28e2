/** A tar's entry, every field of its header in hand. */
export interface TarFile {
  name: string;
  /** As in the header. Default: `0`, a file. */
  flag?: string;
  content?: string | Buffer;
  mode?: number;
  uid?: number;
  gid?: number;
  link?: string;
  /** What the header says, whatever the content is. */
  size?: number;
  /** Comes before it in an extended header. */
  pax?: Record<string, string>;
  /** Further bytes of the header, by their place. */
  patch?: Record<number, string>;
}

const BLOCK = 512;

/** The bytes of a tar with these entries and two empty blocks. */
export function tarOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.map(entryOf), Buffer.alloc(2 * BLOCK)]);
}

/** One entry with what comes before it, padded. */
export function entryOf(file: TarFile): Buffer {
  const content = Buffer.from(file.content ?? "");
  const extended =
    file.pax === undefined ? [] : [entryOf({ name: "PaxHeaders/x", flag: "x", content: paxOf(file.pax) })];
  return Buffer.concat([...extended, headerOf(file), content, Buffer.alloc(-content.length & (BLOCK - 1))]);
}

export function headerOf(file: TarFile): Buffer {
  const { name, flag = "0", mode = 0o644, uid = 0, gid = 0, link = "" } = file;
  const block = Buffer.alloc(BLOCK);
  const size = file.size ?? Buffer.byteLength(file.content ?? "");
  block.write(name, 0, 100);
  block.write(octal(mode, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(gid, 7), 116);
  if (size < 8 ** 11) block.write(octal(size, 11), 124);
  else {
    block.writeBigUInt64BE(BigInt(size), 128);
    block[124] = 0x80;
  }
  block.write(octal(0, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write(flag, 156);
  block.write(link, 157, 100);
  block.write("ustar\x0000", 257);
  for (const [at, text] of Object.entries(file.patch ?? {})) block.write(text, Number(at), "latin1");
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  );
  return block;
}

export function paxOf(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = Buffer.byteLength(rest);
      while (String(length).length + Buffer.byteLength(rest) !== length)
        length = String(length).length + Buffer.byteLength(rest);
      return `${length}${rest}`;
    })
    .join("");
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
