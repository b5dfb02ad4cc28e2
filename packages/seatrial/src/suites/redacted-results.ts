import { Readable } from "node:stream";
import { formatBytes } from "../model/index.ts";
import type { Redactor } from "../support/redact.ts";
import type { ResultsFolder } from "./results-folder.ts";

/** Larger text files are taken as they are: looking through them would take longer than there is. */
const LARGEST_REDACTED = 256_000_000;
/** A file with a NUL in its first bytes is no text, as for git. */
const LOOKED_AT = 8_000;

/**
 * A folder of results whose text files lose known secret values on their way, cut by chunks or not. Every other byte stays as it is,
 * whatever the file's encoding. Binary files, and text over 256 MB, are taken as they are; `onLarge` is told of the latter.
 */
export function redactedResults(options: {
  into: ResultsFolder;
  redactor: Pick<Redactor, "pieces">;
  onLarge: (message: string) => void;
  /** Default: 256 MB. */
  largest?: number | undefined;
}): ResultsFolder {
  const { into, redactor, onLarge, largest = LARGEST_REDACTED } = options;
  return {
    ...into,
    async file(name, content, details) {
      const tooLarge = details.size > largest;
      const tell = () =>
        onLarge(
          `${JSON.stringify(name)} was taken as it is: in text of more than ${formatBytes(largest)} secret values are not looked for`,
        );
      const chunks = tooLarge ? noted(content, tell) : redacted(content, redactor);
      await into.file(name, Readable.from(chunks, { objectMode: false }), details);
    },
  };
}

async function* redacted(
  content: AsyncIterable<Buffer>,
  redactor: Pick<Redactor, "pieces">,
): AsyncGenerator<Buffer> {
  const pieces = redactor.pieces();
  for await (const { chunk, isText } of judged(content)) {
    const text = isText ? pieces.push(chunk.toString("latin1")) : undefined;
    if (text === undefined) yield chunk;
    else if (text !== "") yield Buffer.from(text, "latin1");
  }
  const rest = pieces.end();
  if (rest !== "") yield Buffer.from(rest, "latin1");
}

/** As it is, and tells when that was text. */
async function* noted(content: AsyncIterable<Buffer>, onText: () => void): AsyncGenerator<Buffer> {
  let isTold = false;
  for await (const { chunk, isText } of judged(content)) {
    if (isText && !isTold) onText();
    isTold = true;
    yield chunk;
  }
}

/** Its chunks, and from the first of them on whether they are text. */
async function* judged(content: AsyncIterable<Buffer>): AsyncGenerator<{ chunk: Buffer; isText: boolean }> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let isText = true;
  for await (const chunk of content) {
    if (head === undefined) {
      yield { chunk, isText };
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < LOOKED_AT) continue;
    isText = !head.subarray(0, LOOKED_AT).includes(0);
    yield { chunk: head, isText };
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield { chunk: head, isText: !head.includes(0) };
}
