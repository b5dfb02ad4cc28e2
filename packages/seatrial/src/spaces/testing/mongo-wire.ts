import type { Duplex } from "node:stream";
import { BSON, type Document } from "mongodb";

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;
const MORE_TO_COME = 2;

/** Speaks MongoDB's wire protocol on a connection: each command is answered by what `answer` gives. */
export function serveMongoWire(connection: Duplex, answer: (command: Document) => Document): void {
  let received = Buffer.alloc(0);
  connection.on("error", () => undefined);
  connection.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
      const size = received.readInt32LE(0);
      const reply = take(received.subarray(0, size), answer);
      received = received.subarray(size);
      if (reply !== undefined && connection.writable) connection.write(reply);
    }
  });
}

function take(message: Buffer, answer: (command: Document) => Document): Buffer | undefined {
  const [request, kind] = [message.readInt32LE(4), message.readInt32LE(12)];
  const body = message.subarray(HEADER);
  if (kind === OP_QUERY) {
    const end = body.indexOf(0, 4);
    const database = body.toString("utf8", 4, end).split(".")[0];
    const document = read(body.subarray(end + 9));
    // Flags, cursor, first and number of what is returned.
    const head = Buffer.alloc(20);
    head.writeInt32LE(1, 16);
    return frame(OP_REPLY, request, [head, BSON.serialize(answer({ ...document, $db: database }))]);
  }
  if (kind !== OP_MSG) throw new Error(`a message of kind ${kind} is not known`);
  const reply = answer(readSections(body.subarray(4)));
  if ((body.readInt32LE(0) & MORE_TO_COME) !== 0) return undefined;
  return frame(OP_MSG, request, [Buffer.alloc(5), BSON.serialize(reply)]);
}

function readSections(body: Buffer): Document {
  let command: Document = {};
  for (let rest = body; rest.length > 0; ) {
    if (rest[0] === 0) {
      const size = rest.readInt32LE(1);
      command = { ...command, ...read(rest.subarray(1, 1 + size)) };
      rest = rest.subarray(1 + size);
      continue;
    }
    const section = rest.subarray(1, 1 + rest.readInt32LE(1));
    const end = section.indexOf(0, 4);
    const documents: Document[] = [];
    for (let at = end + 1; at < section.length; at += section.readInt32LE(at)) {
      documents.push(read(section.subarray(at, at + section.readInt32LE(at))));
    }
    command = { ...command, [section.toString("utf8", 4, end)]: documents };
    rest = rest.subarray(1 + section.length);
  }
  return command;
}

function read(bytes: Buffer): Document {
  return BSON.deserialize(bytes, { promoteValues: false });
}

function frame(kind: number, request: number, parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(HEADER);
  head.writeInt32LE(HEADER + body.length, 0);
  head.writeInt32LE(request, 8);
  head.writeInt32LE(kind, 12);
  return Buffer.concat([head, body]);
}
