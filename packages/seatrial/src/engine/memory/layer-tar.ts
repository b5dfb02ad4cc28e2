import { createHash } from "node:crypto";
import type { Digest } from "../../model/index.ts";
import type { FileTree } from "./files.ts";

const BLOCK = 512;

/** Files as the tar of a layer; the same files give the same bytes. Paths have at most 100 characters. */
export function layerTar(files: FileTree): Buffer {
  const blocks = [...files].flatMap(([path, content]) => [
    header(path.replace(/^\//, ""), content.length),
    content,
    Buffer.alloc(-content.length & (BLOCK - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** The diff id of a layer. */
export function digestOf(content: Buffer | string): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  block.write(path, 0, 100);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  );
  return block;
}
