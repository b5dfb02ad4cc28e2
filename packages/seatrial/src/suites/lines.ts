const NEWLINE = 0x0a;
const SPACE = 0x20;
const NEAR = 4096;

/** Regroups chunks of bytes so that each piece ends at the end of a line. */
export interface LineGatherer {
  /** The complete lines that are there now, or undefined. */
  push(chunk: Buffer): Buffer | undefined;
  /** The rest: a last line without its newline. */
  end(): Buffer | undefined;
}

/**
 * Gathers complete lines, so that neither a character nor a secret is split between two pieces. A line longer than `longest`
 * bytes (default 1 MiB) is handed over in parts, cut at a blank if there is one nearby.
 */
export function createLineGatherer(longest = 1024 * 1024): LineGatherer {
  let parts: Buffer[] = [];
  let size = 0;

  function take(): Buffer {
    const all = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    parts = [];
    size = 0;
    return all;
  }

  function keep(rest: Buffer): void {
    if (rest.length === 0) return;
    parts.push(rest);
    size += rest.length;
  }

  return {
    push(chunk) {
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        parts.push(chunk.subarray(0, end));
        const lines = take();
        keep(chunk.subarray(end));
        return lines;
      }
      keep(chunk);
      if (size < longest) return undefined;
      const all = take();
      const cut = placeToCut(all);
      keep(all.subarray(cut));
      return all.subarray(0, cut);
    },
    end: () => (size === 0 ? undefined : take()),
  };
}

function placeToCut(bytes: Buffer): number {
  const blank = bytes.lastIndexOf(SPACE);
  if (blank >= bytes.length - NEAR && blank > 0) return blank + 1;
  // Never inside a character: back to the first byte of the last one.
  let cut = bytes.length - 1;
  while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut === 0 ? bytes.length : cut;
}
