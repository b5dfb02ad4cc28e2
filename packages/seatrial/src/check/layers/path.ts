/** A name in a layer as an absolute path without `.`, `..` and double slashes; what would leave the root stays in it. */
export function cleanPath(name: string): string {
  if (!/(^|\/)\.|\/\/|\/$|^\//.test(name)) return `/${name}`;
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The folder of an absolute path; `/` for what lies there. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The folders above a path, the highest first, without the root. */
export function foldersAbove(path: string): string[] {
  const above: string[] = [];
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) above.push(path.slice(0, at));
  return above;
}
