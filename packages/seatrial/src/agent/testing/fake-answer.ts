import type { ServerHttp2Stream } from "node:http2";

/** Answers with JSON. */
export function answerJson(stream: ServerHttp2Stream, value: unknown, status = 200): void {
  if (stream.destroyed) return;
  stream.respond({ ":status": status, "content-type": "application/json" });
  stream.end(JSON.stringify(value));
}

/** Answers with the protocol's error. */
export function answerFailure(
  stream: ServerHttp2Stream,
  failure: { status: number; code: string; message: string },
): void {
  const { status, ...error } = failure;
  answerJson(stream, error, status);
}

/** The whole body of a request. */
export async function readRequest(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
