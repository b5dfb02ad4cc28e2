/** What the server said no to, in its own words: `NOPERM this user has no permissions …`. */
export interface Refusal {
  refused: string;
}
export type Reply = Buffer | string | number | null | Refusal | Reply[];
export type Word = string | number | Buffer;

const CRLF = Buffer.from("\r\n");

/** A command in Redis' protocol, version 2. */
export function encodeCommand(words: readonly Word[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF);
  }
  return Buffer.concat(parts);
}

/** Takes bytes as they come, and gives the replies that they complete. Throws for what is not of the protocol. */
export function createReplyDecoder(): (chunk: Buffer) => Reply[] {
  let chunks: Buffer[] = [];
  let held = 0;
  /** So many bytes are needed before another look is worth it. */
  let needed = 0;

  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < needed) return [];
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const reader: Reader = { bytes, at: 0, needed: 0 };
    const replies: Reply[] = [];
    let from = 0;
    for (;;) {
      const reply = read(reader);
      if (reply === undefined) break;
      replies.push(reply);
      from = reader.at;
    }
    const rest = bytes.subarray(from);
    chunks = [rest];
    held = rest.length;
    needed = Math.max(0, reader.needed - from);
    return replies;
  };
}

interface Reader {
  bytes: Buffer;
  at: number;
  /** How long `bytes` must be at least, after something was found incomplete. */
  needed: number;
}

/** Undefined: not all of it is there yet. */
function read(reader: Reader): Reply | undefined {
  const end = reader.bytes.indexOf(CRLF, reader.at);
  if (end === -1) {
    reader.needed = reader.bytes.length + 1;
    return undefined;
  }
  const kind = String.fromCharCode(reader.bytes[reader.at] ?? 0);
  const line = reader.bytes.toString("utf8", reader.at + 1, end);
  reader.at = end + CRLF.length;
  if (kind === "+") return line;
  if (kind === "-") return { refused: line };
  const count = Number(line);
  if (!":$*".includes(kind) || !Number.isInteger(count)) {
    throw new Error(`not an answer of Redis: ${JSON.stringify(kind + line.slice(0, 80))}`);
  }
  if (kind === ":") return count;
  if (count === -1) return null;
  return kind === "$" ? readBytes(reader, count) : readList(reader, count);
}

function readBytes(reader: Reader, length: number): Buffer | undefined {
  const end = reader.at + length;
  if (reader.bytes.length < end + CRLF.length) {
    reader.needed = end + CRLF.length;
    return undefined;
  }
  const bytes = reader.bytes.subarray(reader.at, end);
  reader.at = end + CRLF.length;
  return bytes;
}

function readList(reader: Reader, length: number): Reply[] | undefined {
  const list: Reply[] = [];
  while (list.length < length) {
    const item = read(reader);
    if (item === undefined) return undefined;
    list.push(item);
  }
  return list;
}

export function isRefusal(reply: Reply | undefined): reply is Refusal {
  return typeof reply === "object" && reply !== null && "refused" in reply;
}

/** Text of a reply that is one; `""` for any other. */
export function textOf(reply: Reply | undefined): string {
  if (typeof reply === "string" || Buffer.isBuffer(reply)) return reply.toString();
  return typeof reply === "number" ? String(reply) : "";
}

export function listOf(reply: Reply | undefined): Reply[] {
  return Array.isArray(reply) ? reply : [];
}
