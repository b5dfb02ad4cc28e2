/** Tells where a value of the project's file stands: `seatrial.yaml:7:5` and its line with a caret. */
export type Locate = (path: readonly (string | number)[]) => { place: string; frame: string } | undefined;

/** The variables that an empty value of the project's file is made of, by name, each once. */
export function variablesAt(path: readonly (string | number)[], locate: Locate | undefined): string[] {
  const [line = "", carets = ""] = locate?.(path)?.frame.split("\n") ?? [];
  const start = carets.indexOf("^");
  const written = start < 0 ? "" : line.slice(start, carets.lastIndexOf("^") + 1);
  return [...new Set([...written.matchAll(/\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []))];
}
