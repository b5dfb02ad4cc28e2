import type { Duplex } from "node:stream";
import { deferred } from "../../support/abort.ts";
import type { MadeSpace, SpaceServer } from "../maker.ts";
import { logIn } from "../nats/connection.ts";

/** As much of a NATS client as tests need. */
export interface NatsClient extends AsyncDisposable {
  readonly ended: Promise<void>;
  /** `subject payload` of what was received, in order. */
  readonly received: string[];
  subscribe(subject: string): Promise<void>;
  publish(subject: string, payload?: string): Promise<void>;
  /** The first answer, as text. */
  request(subject: string, payload?: string): Promise<string>;
}

const signal = new AbortController().signal;

export async function natsClient(
  server: SpaceServer,
  space: MadeSpace,
  change: { user?: string; password?: string } = {},
): Promise<NatsClient> {
  const stream = await server.dial(space.port, signal);
  stream.on("error", () => undefined);
  const { user = "", password = "" } = { ...space.values, ...change };
  try {
    await logIn(stream, { user, password }, signal);
  } catch (error) {
    stream.destroy();
    throw error;
  }
  const ended = deferred<void>();
  const received: string[] = [];
  const pongs: (() => void)[] = [];
  const answers = new Map<string, (payload: string) => void>();
  let subscriptions = 0;
  stream.once("close", () => ended.resolve());
  stream.once("end", () => ended.resolve());
  readLines(stream, {
    line(text) {
      if (text === "PING") stream.write("PONG\r\n");
      if (text === "PONG") pongs.shift()?.();
    },
    message(subject, payload) {
      received.push(`${subject} ${payload}`);
      answers.get(subject)?.(payload);
    },
  });

  async function flush(): Promise<void> {
    const pong = deferred<void>();
    pongs.push(pong.resolve);
    stream.write("PING\r\n");
    await Promise.race([pong.promise, ended.promise]);
  }

  async function subscribe(subject: string): Promise<void> {
    stream.write(`SUB ${subject} ${++subscriptions}\r\n`);
    await flush();
  }

  return {
    ended: ended.promise,
    received,
    subscribe,
    async publish(subject, payload = "") {
      stream.write(`PUB ${subject} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
      await flush();
    },
    async request(subject, payload = "") {
      const inbox = `_INBOX.${subscriptions}`;
      const answer = deferred<string>();
      answers.set(inbox, answer.resolve);
      await subscribe(inbox);
      stream.write(`PUB ${subject} ${inbox} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`);
      return await answer.promise;
    },
    async [Symbol.asyncDispose]() {
      stream.destroy();
    },
  };
}

function readLines(
  stream: Duplex,
  on: { line(text: string): void; message(subject: string, payload: string): void },
): void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    rest += chunk.toString("latin1");
    for (;;) {
      const end = rest.indexOf("\r\n");
      if (end === -1) return;
      const line = rest.slice(0, end);
      const [kind, subject = "", ...numbers] = line.split(" ");
      if (kind !== "MSG") {
        rest = rest.slice(end + 2);
        on.line(line);
        continue;
      }
      const length = Number(numbers.at(-1));
      if (rest.length < end + 2 + length + 2) return;
      const payload = rest.slice(end + 2, end + 2 + length);
      rest = rest.slice(end + 2 + length + 2);
      on.message(subject, payload);
    }
  });
  stream.resume();
}
