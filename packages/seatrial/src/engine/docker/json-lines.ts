/** Cuts text that comes in pieces into lines and parses each as JSON. Throws on a line that is none. */
export function createJsonLines(onValue: (value: unknown) => void): { add(text: string): void; end(): void } {
  let rest = "";
  const take = (line: string) => {
    if (line.trim() !== "") onValue(JSON.parse(line));
  };
  return {
    add(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    },
    end() {
      take(rest);
      rest = "";
    },
  };
}
