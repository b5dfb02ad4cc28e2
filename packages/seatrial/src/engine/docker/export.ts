import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Duration } from "../../model/index.ts";
import { engineError } from "../errors.ts";
import { type Asked, exchangeFailure } from "./exchange-failure.ts";
import type { DockerParts } from "./parts.ts";

/** Engines up to 24 write every layer to their own disk before the first byte comes. */
const FIRST_BYTE_MS: Duration = 600_000;

/** The images as one tar stream. */
export async function exportImages(
  options: DockerParts & { images: readonly string[]; signal: AbortSignal },
): Promise<Readable> {
  const { client, endpoint, images, signal } = options;
  const what = `export image ${images.join(", ")}`;
  const response = await client.open({
    method: "GET",
    path: `/images/get?${images.map((image) => `names=${encodeURIComponent(image)}`).join("&")}`,
    what,
    refused: ({ status, message }) =>
      status === 404 || /no such image|reference does not exist|failed to get digest/i.test(message)
        ? engineError({ code: "IMAGE_NOT_FOUND", message: `Cannot ${what}: ${message}` })
        : undefined,
    answerWithin: FIRST_BYTE_MS,
    signal,
  });
  const stream = Readable.from(chunksOf(response, { endpoint, what }, signal), { objectMode: false });
  const giveUp = () => response.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  // Also a reader that stops in the middle lets go of the connection.
  stream.once("close", () => {
    signal.removeEventListener("abort", giveUp);
    giveUp();
  });
  return stream;
}

async function* chunksOf(
  response: IncomingMessage,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (cause) {
    throw signal.aborted ? signal.reason : exchangeFailure(asked, cause);
  }
}
