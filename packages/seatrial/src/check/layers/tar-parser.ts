import { checkError } from "../errors.ts";
import { readPax } from "./pax.ts";
import { isEmptyBlock, readTarHeader, type TarHeader } from "./tar-header.ts";

const BLOCK = 512;
/** As Go's reader, and so the engine, has it. */
const LONGEST_NAMES = 1 << 20;

/** An entry of a tar as it is written there, long names and extensions resolved. */
export interface TarEntry {
  /** As written; unlike a header's, of any length. */
  name: string;
  /** `0` for files, `5` for directories and so on; as in the header. */
  flag: string;
  /** Bytes of the content that follow; of links and directories 0, whatever the header says. */
  stored: number;
  /** Bytes of the file as it will be unpacked: more than `stored` for sparse ones. */
  size: number;
  mode: number;
  uid: number;
  gid: number;
  link: string;
  /** Where in the tar its first header begins; its content begins at `content`. */
  start: number;
  content: number;
}

export interface TarSink {
  entry(entry: TarEntry): void;
  /** A part of the content of the last entry. Valid during the call only. */
  data(chunk: Buffer): void;
}

/** Reads a tar as it comes, in pieces of any size; holds at most a header and long names. Damage fails with LAYERS_UNREADABLE. */
export function createTarParser(sink: TarSink): { write(chunk: Buffer): void; end(): void } {
  const header = Buffer.alloc(BLOCK);
  let filled = 0;
  /** Bytes until `header` is complete again are content, then padding. */
  let content = 0;
  let padding = 0;
  let offset = 0;
  let emptyBlocks = 0;
  let start: number | undefined;
  /** Being collected: extended headers and long names. */
  let collecting: { flag: string; chunks: Buffer[] } | undefined;
  let pax: ReadonlyMap<string, string> | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;
  /** Of an old sparse file: more header blocks follow. */
  let sparse: TarHeader | undefined;

  function takeBlock(): void {
    if (sparse !== undefined) {
      if (header[504] === 0) {
        begin(sparse);
        sparse = undefined;
      }
      return;
    }
    if (isEmptyBlock(header)) {
      emptyBlocks += 1;
      return;
    }
    emptyBlocks = 0;
    const read = readTarHeader(header);
    if (read === undefined) throw damaged(`no header at byte ${offset - BLOCK}`);
    start ??= offset - BLOCK;
    if ("xgLK".includes(read.flag)) {
      if (read.size > LONGEST_NAMES) throw damaged(`an extended header of ${read.size} bytes`);
      collecting = { flag: read.flag, chunks: [] };
      expect(read.size);
      if (read.size === 0) endCollecting();
    } else if (read.flag === "S" && header[482] !== 0) sparse = read;
    else begin(read);
  }

  function begin(read: TarHeader): void {
    const stored = "123456".includes(read.flag) ? 0 : numberOf(pax?.get("size"), read.size);
    const real = pax?.get("GNU.sparse.realsize") ?? pax?.get("GNU.sparse.size");
    sink.entry({
      name: pax?.get("GNU.sparse.name") ?? pax?.get("path") ?? longName ?? read.name,
      flag: read.flag,
      stored,
      size: stored === 0 && read.flag !== "S" ? 0 : numberOf(real, read.realSize ?? stored),
      mode: read.mode,
      uid: ownerOf(pax?.get("uid"), read.uid),
      gid: ownerOf(pax?.get("gid"), read.gid),
      link: pax?.get("linkpath") ?? longLink ?? read.link,
      start: start ?? offset - BLOCK,
      content: offset,
    });
    pax = undefined;
    longName = undefined;
    longLink = undefined;
    start = undefined;
    expect(stored);
  }

  function expect(size: number): void {
    content = size;
    padding = -size & (BLOCK - 1);
    // Bitwise operators see 32 bits only.
    if (size > 0x7fffffff) padding = (BLOCK - (size % BLOCK)) % BLOCK;
  }

  function endCollecting(): void {
    if (collecting === undefined) return;
    const { flag, chunks } = collecting;
    const bytes = Buffer.concat(chunks);
    collecting = undefined;
    if (flag === "x") {
      pax = readPax(bytes);
      if (pax === undefined) throw damaged(`an extended header before byte ${offset} is none`);
    } else if (flag === "L") longName = untilNul(bytes);
    else if (flag === "K") longLink = untilNul(bytes);
    // Global headers name no file; engines ignore them.
  }

  return {
    write(chunk) {
      let at = 0;
      // After two empty blocks comes nothing that an engine would unpack.
      while (at < chunk.length && emptyBlocks < 2) {
        const left = chunk.length - at;
        if (content > 0) {
          const part = chunk.subarray(at, at + Math.min(content, left));
          content -= part.length;
          at += part.length;
          offset += part.length;
          if (collecting === undefined) sink.data(part);
          else {
            // The chunk is not ours to keep.
            collecting.chunks.push(Buffer.from(part));
            if (content === 0) endCollecting();
          }
        } else if (padding > 0) {
          const part = Math.min(padding, left);
          padding -= part;
          at += part;
          offset += part;
        } else {
          const part = Math.min(BLOCK - filled, left);
          chunk.copy(header, filled, at, at + part);
          filled += part;
          at += part;
          offset += part;
          if (filled === BLOCK) {
            filled = 0;
            takeBlock();
          }
        }
      }
    },
    end() {
      if (emptyBlocks >= 2) return;
      const inside = content > 0 || filled > 0 || collecting !== undefined || sparse !== undefined;
      if (inside) throw damaged(`it ends in the middle of an entry, at byte ${offset}`);
    },
  };
}

/** What is no number is left to the header. */
function ownerOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined || text === "" ? otherwise : Number(text);
  return Number.isSafeInteger(value) ? value : otherwise;
}

function numberOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw damaged(`"${text.slice(0, 30)}" is no number`);
  return value;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

function damaged(what: string) {
  return checkError({
    code: "LAYERS_UNREADABLE",
    message: `A layer of the image is no intact tar: ${what}.`,
    hint: "Build the image again, or pull it again, so that the engine writes its layers anew.",
  });
}
