import type { FileDetails } from "../../agent/index.ts";

const BITS = "rwxrwxrwx";

/** Kind and permissions as Go prints them: `-rw-r--r--`, `drwxr-xr-x`, `dtrwxrwxrwx`, `urwxr-xr-x`, `Lrwxrwxrwx`. */
export function fileMode({ kind, mode }: Pick<FileDetails, "kind" | "mode">): string {
  const letters = [
    kind === "folder" ? "d" : "",
    kind === "link" ? "L" : "",
    mode & 0o4000 ? "u" : "",
    mode & 0o2000 ? "g" : "",
    mode & 0o1000 ? "t" : "",
  ].join("");
  const bits = [...BITS].map((bit, at) => (mode & (0o400 >> at) ? bit : "-"));
  return `${letters === "" ? "-" : letters}${bits.join("")}`;
}
