import { ordered } from "./ordered.ts";
import type { CountedProgram } from "./program.ts";

const PIECE = 64 * 1024;

/** The text format of `go tool cover`, in pieces: byte for byte what `go tool covdata textfmt` writes. */
export function* goText(counted: CountedProgram): Generator<string> {
  let piece = `mode: ${counted.program.mode}\n`;
  for (const { units } of ordered(counted)) {
    for (const { of, startLine, startColumn, endLine, endColumn, statements, hits } of units) {
      piece += `${of.file}:${startLine}.${startColumn},${endLine}.${endColumn} ${statements} ${hits}\n`;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = "";
    }
  }
  yield piece;
}
