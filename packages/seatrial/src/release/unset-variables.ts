/** Tells where a value of the project's file stands: `seatrial.yaml:7:5` and its line with a caret. */
export type Locate = (path: readonly (string | number)[]) => { place: string; frame: string } | undefined;

/** The variables that an empty value of the project's file is made of, by name, each once. */
export function variablesAt(path: readonly (string | number)[], locate: Locate | undefined): string[] {
  const written = writtenAt(path, locate);
  return [...new Set([...written.matchAll(/\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []))];
}

/** Whether a value may be empty by its own words: each of its variables says what it is where it is not set, as `${GIT_TAG:-}` does. */
export function mayBeEmpty(path: readonly (string | number)[], locate: Locate | undefined): boolean {
  const written = writtenAt(path, locate);
  const others = written.replace(/\$\{\w+:?[-+][^{}]*\}/g, "");
  return others !== written && !others.includes("$");
}

function writtenAt(path: readonly (string | number)[], locate: Locate | undefined): string {
  const [line = "", carets = ""] = locate?.(path)?.frame.split("\n") ?? [];
  const start = carets.indexOf("^");
  return start < 0 ? "" : line.slice(start, carets.lastIndexOf("^") + 1);
}
