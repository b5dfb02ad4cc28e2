/** What Go's linker writes before the build information of a program. */
export const GO_MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
/** How much of the build information is read: the program's package and module come first. */
export const GO_BYTES = 2048;

/** Package path and module version of a Go program, from its build information (Go 1.18 and later). */
export function parseGo(info: Buffer): { name: string; version: string } | undefined {
  const inline = ((info[15] ?? 0) & 2) !== 0;
  if (!inline) return undefined;
  const text = info.toString("latin1", 32);
  const name = /path\t([!-~]{1,300})\n/.exec(text)?.[1];
  if (name === undefined || name === "command-line-arguments") return undefined;
  const version = /\nmod\t[!-~]+\t([!-~]+)/.exec(text)?.[1] ?? "";
  return { name, version };
}
