import type { Duration } from "../../model/index.ts";

// What XML 1.0 has no place for. Tools write it all the same, and its meaning is never in doubt.
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const DECLARATION = /^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/** Bytes of an XML document to characters, by its byte order mark or its declaration. Default: UTF-8. */
export function createXmlDecoder(): { write(bytes: Uint8Array): string; end(): string } {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head = Buffer.alloc(0);

  function decode(bytes: Uint8Array | undefined): string {
    decoder ??= new TextDecoder(encodingOf(head));
    const text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    return text.replace(FORBIDDEN, "\ufffd");
  }

  return {
    write(bytes) {
      if (decoder !== undefined) return decode(bytes);
      head = Buffer.concat([head, bytes]);
      return head.length < 256 ? "" : decode(head);
    },
    end() {
      const rest = decoder === undefined ? decode(head) : "";
      return rest + decode(undefined);
    },
  };
}

function encodingOf(head: Buffer): string {
  const [a, b] = head;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0x3c && b === 0x00) return "utf-16le";
  if (a === 0x00 && b === 0x3c) return "utf-16be";
  const [, name] = DECLARATION.exec(head.toString("latin1").replace(/^\xef\xbb\xbf/, "")) ?? [];
  // A declaration that can be read byte by byte is not UTF-16, whatever it says.
  if (name === undefined || /^(utf-?16|ucs-?2)/i.test(name)) return "utf-8";
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return "utf-8";
  }
}

/** The `time` of a report in milliseconds: seconds with a point or a comma; what makes no sense is 0. */
export function parseSeconds(text: string | undefined): Duration {
  if (text === undefined) return 0;
  const trimmed = text.trim();
  const commas = trimmed.split(",").length - 1;
  const plain =
    commas === 1 && !trimmed.includes(".") ? trimmed.replace(",", ".") : trimmed.replaceAll(",", "");
  const ms = Math.round(Number(plain) * 1000);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : 0;
}
