import type { Duplex } from "node:stream";

/** Just enough of AMQP 0-9-1 for tests: one channel, one call at a time. */
export interface AmqpClient extends AsyncDisposable {
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<void>;
  declareQueue(name: string, options?: { exclusive?: boolean; type?: "classic" | "quorum" }): Promise<void>;
  /** How many messages wait in it. */
  count(queue: string): Promise<number>;
  deleteQueue(name: string): Promise<void>;
  declareExchange(name: string, type: string): Promise<void>;
  bindQueue(queue: string, exchange: string, key: string): Promise<void>;
  /** Resolves when the server has taken it. */
  publish(exchange: string, key: string, body: string): Promise<void>;
  /** The next message, or undefined from an empty queue. */
  get(queue: string): Promise<string | undefined>;
}

interface Frame {
  type: number;
  channel: number;
  payload: Buffer;
}

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const END = 0xce;
const NO_ARGUMENTS = Buffer.alloc(4);

const short = (value: number) => Buffer.from([value >> 8, value & 255]);
const long = (value: number) =>
  Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
const shortText = (text: string) =>
  Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const longText = (text: string) => Buffer.concat([long(Buffer.byteLength(text)), Buffer.from(text)]);
const bit = (...bits: boolean[]) =>
  Buffer.from([bits.reduce((sum, set, at) => sum | (set ? 1 << at : 0), 0)]);
/** Class and method, as in the specification. */
const id = (payload: Buffer) => `${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`;
const method = (ids: readonly [number, number], ...fields: Buffer[]) =>
  Buffer.concat([short(ids[0]), short(ids[1]), ...fields]);

/** Connects and opens a channel whose publishes are confirmed. Rejects when the server refuses, with its words. */
export async function connectAmqp(
  stream: Duplex,
  account: { user: string; password: string; vhost: string },
): Promise<AmqpClient> {
  const frames = framesOf(stream);
  let over: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  stream.once("close", over);
  stream.once("end", over);
  stream.on("error", over);

  const send = (type: number, channel: number, payload: Buffer) =>
    stream.write(
      Buffer.concat([Buffer.from([type]), short(channel), long(payload.length), payload, Buffer.from([END])]),
    );

  async function next(): Promise<Frame> {
    for (;;) {
      const { value } = await frames.next();
      if (value === undefined) {
        over();
        throw new Error("the server has ended the connection");
      }
      const frame: Frame = value;
      if (frame.type !== METHOD) {
        if (frame.type !== 8) return frame;
        continue;
      }
      const closed = id(frame.payload);
      if (closed === "10.50" || closed === "20.40") {
        over();
        throw new Error(frame.payload.subarray(7, 7 + (frame.payload[6] ?? 0)).toString());
      }
      return frame;
    }
  }

  async function expectMethod(wanted: string): Promise<Buffer> {
    const { payload } = await next();
    if (id(payload) !== wanted) throw new Error(`expected method ${wanted}, got ${id(payload)}`);
    return payload;
  }

  async function call(channel: number, payload: Buffer, answer: string): Promise<Buffer> {
    send(METHOD, channel, payload);
    return await expectMethod(answer);
  }

  stream.write(Buffer.from("AMQP\0\0\x09\x01", "latin1"));
  await expectMethod("10.10");
  const response = longText(`\0${account.user}\0${account.password}`);
  await call(0, method([10, 11], NO_ARGUMENTS, shortText("PLAIN"), response, shortText("en_US")), "10.30");
  send(METHOD, 0, method([10, 31], short(8), long(131072), short(0)));
  await call(0, method([10, 40], shortText(account.vhost), shortText(""), Buffer.from([0])), "10.41");
  await call(1, method([20, 10], shortText("")), "20.11");
  await call(1, method([85, 10], Buffer.from([0])), "85.11");

  return {
    ended,
    async declareQueue(name, { exclusive = false, type = "classic" } = {}) {
      const flags = bit(false, true, exclusive, false, false);
      const table = Buffer.concat([shortText("x-queue-type"), Buffer.from("S"), longText(type)]);
      const fields = [shortText(name), flags, long(table.length), table];
      await call(1, method([50, 10], short(0), ...fields), "50.11");
    },
    async count(queue) {
      const flags = bit(true, false, false, false, false);
      const answer = await call(
        1,
        method([50, 10], short(0), shortText(queue), flags, NO_ARGUMENTS),
        "50.11",
      );
      return answer.readUInt32BE(5 + Buffer.byteLength(queue));
    },
    async deleteQueue(name) {
      await call(1, method([50, 40], short(0), shortText(name), Buffer.from([0])), "50.41");
    },
    async declareExchange(name, type) {
      const flags = bit(false, true, false, false, false);
      await call(
        1,
        method([40, 10], short(0), shortText(name), shortText(type), flags, NO_ARGUMENTS),
        "40.11",
      );
    },
    async bindQueue(queue, exchange, key) {
      const names = [queue, exchange, key].map(shortText);
      await call(1, method([50, 20], short(0), ...names, Buffer.from([0]), NO_ARGUMENTS), "50.21");
    },
    async publish(exchange, key, body) {
      send(METHOD, 1, method([60, 40], short(0), shortText(exchange), shortText(key), Buffer.from([0])));
      const size = Buffer.concat([long(0), long(Buffer.byteLength(body))]);
      // Delivery mode 2: it would outlive the server.
      send(HEADER, 1, Buffer.concat([short(60), short(0), size, short(0x1000), Buffer.from([2])]));
      send(BODY, 1, Buffer.from(body));
      await expectMethod("60.80");
    },
    async get(queue) {
      send(METHOD, 1, method([60, 70], short(0), shortText(queue), bit(true)));
      const { payload } = await next();
      if (id(payload) === "60.72") return undefined;
      const { payload: header } = await next();
      let left = header.readUInt32BE(8);
      let body = "";
      while (left > 0) {
        const { payload: part } = await next();
        body += part.toString();
        left -= part.length;
      }
      return body;
    },
    async [Symbol.asyncDispose]() {
      stream.destroy();
    },
  };
}

async function* framesOf(stream: Duplex): AsyncGenerator<Frame, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    if (rest.subarray(0, 4).toString("latin1") === "AMQP") throw new Error("the server speaks another AMQP");
    while (rest.length >= 7 && rest.length >= 8 + rest.readUInt32BE(3)) {
      const length = rest.readUInt32BE(3);
      yield { type: rest.readUInt8(0), channel: rest.readUInt16BE(1), payload: rest.subarray(7, 7 + length) };
      rest = rest.subarray(8 + length);
    }
  }
  return undefined;
}
