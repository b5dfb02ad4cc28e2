/** A line of an image's history. */
export interface HistoryLine {
  /** On one line, without what the builder adds. */
  text: string;
  /** The first word of the instruction: `RUN`. */
  instruction: string;
  /** It made no layer. */
  empty: boolean;
}

const LONGEST_LINE = 200;

/** The history in an image's configuration; empty when there is none. */
export function historyOf(config: { history?: unknown }): HistoryLine[] {
  if (!Array.isArray(config.history)) return [];
  return config.history.map((each: { created_by?: unknown; empty_layer?: unknown; comment?: unknown }) => {
    const line = typeof each?.created_by === "string" ? each.created_by : "";
    return { ...readLine(line), empty: each?.empty_layer === true };
  });
}

/** `RUN /bin/sh -c make # buildkit` and `/bin/sh -c #(nop) CMD ["x"]`, as their Dockerfile has them. */
function readLine(line: string): { text: string; instruction: string } {
  const plain = line
    .replace(/\s+# buildkit$/, "")
    .replace(/^(?:\/bin\/sh -c )?#\(nop\)\s+/, "")
    .replace(/\s+/g, " ")
    .trim();
  const written = /^(\/bin\/sh -c |\|\d+ )/.test(plain) ? `RUN ${plain}` : plain;
  // The values of build arguments come before the command.
  const text = written.replace(/^RUN (?:\|\d+ .*?)?\/bin\/(?:ba)?sh -c /, "RUN ");
  const instruction = /^[A-Z]+(?= |$)/.exec(text)?.[0] ?? "";
  return { text: text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text, instruction };
}

/** The line of each layer; empty texts when the history does not fit. */
export function linesOfLayers(history: readonly HistoryLine[], layers: number): string[] {
  const lines = history.filter(({ empty }) => !empty).map(({ text }) => text);
  return lines.length === layers ? lines : Array.from({ length: layers }, () => "");
}

/**
 * How many of the layers came with the base image: those before the lines that the Dockerfile's own instructions made. 0 when the
 * history does not end with these, so that every layer counts as the project's own.
 */
export function countBaseLayers(history: readonly HistoryLine[], instructions: readonly string[]): number {
  // Builders differ in what they tell of arguments.
  const told = (line: { instruction: string }) => line.instruction !== "ARG";
  const lines = history.filter(told);
  const own = instructions.filter((instruction) => instruction !== "ARG" && instruction !== "ONBUILD");
  const first = lines.length - own.length;
  const fits = own.every((instruction, index) => lines[first + index]?.instruction === instruction);
  return first >= 0 && fits ? lines.slice(0, first).filter(({ empty }) => !empty).length : 0;
}
