import type { ToolError } from "../../support/error.ts";
import { eachChunk } from "./answer.ts";
import type { DockerCall, DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { strangeAnswer } from "./exchange-failure.ts";
import { createJsonLines } from "./json-lines.ts";

/** One line of what the engine tells while it pulls, pushes or imports an image. */
export interface ProgressLine {
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
  /** Facts for programs: of a push, the manifest. */
  aux?: { Digest?: unknown; Size?: unknown };
  error?: string;
  errorDetail?: { message?: string };
}

/** The engine's own time-outs with registries are shorter: it must say something within this. */
const LONGEST_PAUSE_MS = 300_000;

/** Makes a call whose answer is a stream of progress, and reads it to its end. An error inside the stream becomes `failed`. */
export async function followProgress(options: {
  client: DockerClient;
  endpoint: DockerEndpoint;
  call: DockerCall;
  onLine: (line: ProgressLine) => void;
  failed: (message: string) => ToolError;
}): Promise<void> {
  const { call, onLine } = options;
  const asked = { endpoint: options.endpoint, what: call.what };
  const response = await options.client.open({ answerWithin: LONGEST_PAUSE_MS, ...call });
  const lines = createJsonLines((value) => {
    const line = value as ProgressLine;
    const message = line.errorDetail?.message ?? line.error;
    if (message !== undefined) throw options.failed(message);
    onLine(line);
  });
  try {
    await eachChunk({
      response,
      asked,
      signal: call.signal,
      longestPause: LONGEST_PAUSE_MS,
      onText: (text) => lines.add(text),
    });
    lines.end();
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw strangeAnswer(asked, { saw: "its progress is not JSON", cause });
  }
}
