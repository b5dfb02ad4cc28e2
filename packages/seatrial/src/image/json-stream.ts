/**
 * Splits a stream of JSON objects that may be indented, concatenated or separated by any white space. `onValue` gets each
 * complete top-level object; text outside of objects goes to `onText` line by line.
 */
export function createJsonStream(options: {
  onValue: (value: unknown) => void;
  onText: (line: string) => void;
}): { write(text: string): void; end(): void } {
  let object = "";
  let outside = "";
  let depth = 0;
  let inString = false;
  let escaped = false;

  function flushText(): void {
    const line = outside.trim();
    outside = "";
    if (line !== "") options.onText(line);
  }

  function finishObject(): void {
    const text = object;
    object = "";
    try {
      options.onValue(JSON.parse(text));
    } catch {
      options.onText(text);
    }
  }

  function take(char: string): void {
    if (depth === 0 && char !== "{") {
      if (char === "\n") flushText();
      else outside += char;
      return;
    }
    if (depth === 0) flushText();
    object += char;
    if (inString) {
      if (escaped) escaped = false;
      else if (char === "\\") escaped = true;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth === 0) finishObject();
    }
  }

  return {
    write(text) {
      for (const char of text) take(char);
    },
    end() {
      flushText();
      if (object !== "") options.onText(object);
    },
  };
}
