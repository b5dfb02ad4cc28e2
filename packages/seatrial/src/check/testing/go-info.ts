/** Build information as Go's linker writes it into programs, with these lines about modules. */
export function goInfo(...lines: string[]): Buffer {
  const marker = Buffer.alloc(16, "m");
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const modules = lines.length === 0 ? Buffer.alloc(0) : Buffer.concat([marker, text, marker]);
  const head = Buffer.concat([Buffer.from("\xff Go buildinf:\x08\x02", "latin1"), Buffer.alloc(16)]);
  return Buffer.concat([head, withLength(Buffer.from("go1.24.1")), withLength(modules)]);
}

function withLength(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    if (rest < 128) return Buffer.concat([Buffer.from([...length, rest]), bytes]);
    length.push((rest & 127) | 128);
  }
}
