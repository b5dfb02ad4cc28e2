/** What somebody sees who sits at a terminal: as much of one as our output needs, without a limit to its height. */
export function createEmulator(): { write(text: string): void; lines(): string[] } {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  const put = (text: string) => {
    const line = (lines[row] ?? "").padEnd(column);
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  };
  const steer = (count: number, command: string) => {
    if (command === "A") row = Math.max(0, row - count);
    else if (command === "B") row = Math.min(lines.length - 1, row + count);
    else if (command === "G") column = count - 1;
    else if (command === "K") lines[row] = count === 2 ? "" : (lines[row] ?? "").slice(0, column);
    else if (!"mhl".includes(command)) throw new Error(`the terminal does not know the sequence ${command}`);
  };
  return {
    write(text) {
      for (const part of text.split(/(\u001b\[\??\d*[A-Za-z]|\n)/)) {
        const [, digits = "", command] = /^\u001b\[\??(\d*)([A-Za-z])$/.exec(part) ?? [];
        if (command !== undefined) steer(Number(digits === "" ? (command === "K" ? 0 : 1) : digits), command);
        else if (part === "\n") {
          row += 1;
          column = 0;
          lines[row] ??= "";
        } else put(part);
      }
    },
    lines: () => lines.map((line) => line.trimEnd()),
  };
}
