import type { Duplex } from "node:stream";
import { deferred, orAborted } from "../../support/abort.ts";

/** What a server says of itself to whoever connects. */
export interface NatsInfo {
  version: string;
  jetStream: boolean;
  maxPayload: number;
}

/** Reads the greeting. Nobody has logged in yet then. Rejects for what is not NATS, and when the connection ends before. */
export async function readInfo(stream: Duplex, signal: AbortSignal): Promise<NatsInfo> {
  const line = await nextLine(stream, { send: undefined, signal });
  if (!line.startsWith("INFO ")) throw new Error(`not a NATS server: ${JSON.stringify(line.slice(0, 80))}`);
  const info: Record<string, unknown> = JSON.parse(line.slice(5));
  return {
    version: String(info["version"] ?? ""),
    jetStream: info["jetstream"] === true,
    maxPayload: Number(info["max_payload"] ?? 0),
  };
}

/** Logs in and asks whether the server is there. Rejects with the server's words when it refuses. */
export async function logIn(
  stream: Duplex,
  login: { user: string; password: string },
  signal: AbortSignal,
): Promise<NatsInfo> {
  const info = await readInfo(stream, signal);
  const options = {
    verbose: false,
    pedantic: false,
    lang: "seatrial",
    version: "1",
    user: login.user,
    pass: login.password,
  };
  let line = await nextLine(stream, { send: `CONNECT ${JSON.stringify(options)}\r\nPING\r\n`, signal });
  // The server may say more about itself first.
  while (line.startsWith("INFO ") || line === "PING")
    line = await nextLine(stream, { send: undefined, signal });
  if (line !== "PONG") throw new Error(`NATS refused the login: ${line}`);
  return info;
}

async function nextLine(
  stream: Duplex,
  { send, signal }: { send: string | undefined; signal: AbortSignal },
): Promise<string> {
  const line = deferred<string>();
  let text = "";
  const onData = (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const end = text.indexOf("\r\n");
    if (end === -1) return;
    stream.pause();
    stream.removeListener("data", onData);
    const rest = text.slice(end + 2);
    if (rest !== "") stream.unshift(Buffer.from(rest, "latin1"));
    line.resolve(text.slice(0, end));
  };
  const onEnd = () => line.reject(new Error("the connection to NATS ended"));
  stream.on("data", onData);
  stream.once("error", line.reject);
  stream.once("close", onEnd);
  stream.once("end", onEnd);
  stream.resume();
  if (send !== undefined) stream.write(send);
  try {
    return await orAborted(line.promise, signal);
  } finally {
    stream.removeListener("data", onData);
    stream.removeListener("error", line.reject);
    stream.removeListener("close", onEnd);
    stream.removeListener("end", onEnd);
  }
}
