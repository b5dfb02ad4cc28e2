import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { deferred } from "../../support/abort.ts";
import { type Asked, exchangeFailure, lateAnswer } from "./exchange-failure.ts";

/** The whole body as text. An answer that breaks off fails with ENGINE_CONNECTION_LOST. */
export async function textOf(response: IncomingMessage, asked: Asked, signal: AbortSignal): Promise<string> {
  const chunks: string[] = [];
  await eachChunk({ response, asked, signal, onText: (chunk) => void chunks.push(chunk) });
  return chunks.join("");
}

/** Hands out the body as it comes, never cutting a character in two. */
export async function eachChunk(options: {
  response: IncomingMessage;
  asked: Asked;
  signal: AbortSignal;
  onText: (text: string) => void;
  /** The longest pause between two chunks, in milliseconds. Default: any. */
  longestPause?: number | undefined;
}): Promise<void> {
  const { response, asked, signal, onText, longestPause } = options;
  const done = deferred<void>();
  const decoder = new StringDecoder("utf8");
  const giveUp = (reason: unknown) => {
    done.reject(reason);
    response.destroy();
  };
  const onAbort = () => giveUp(signal.reason);
  const clock =
    longestPause === undefined
      ? undefined
      : setTimeout(() => giveUp(lateAnswer(asked, longestPause)), longestPause);
  response.on("data", (chunk: Buffer) => {
    clock?.refresh();
    try {
      onText(decoder.write(chunk));
    } catch (error) {
      giveUp(error);
    }
  });
  response.once("end", () => done.resolve());
  // Of an answer that breaks off Node says "aborted"; why it did is known to the connection.
  const { socket } = response;
  const broken = () =>
    done.reject(exchangeFailure(asked, socket.errored ?? new Error("its answer broke off")));
  response.once("error", broken);
  response.once("close", broken);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    await done.promise;
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", onAbort);
  }
}

/** The engine's own words in the body of a refusal. */
export function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) {
      if ("message" in body && typeof body.message === "string") return body.message;
      // Podman says it so where it does not follow Docker.
      if ("cause" in body && typeof body.cause === "string") return body.cause;
    }
  } catch {
    // Proxies answer with text or HTML.
  }
  const line = text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line === "" ? "it gave no reason" : line.slice(0, 500);
}
