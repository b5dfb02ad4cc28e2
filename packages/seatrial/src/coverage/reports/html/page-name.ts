import { createHash } from "node:crypto";

const LONGEST = 40;

/** The file of a page: the same in each report, and safe on every file system whatever the path holds. */
export function pageName(folder: string, path: string): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const readable = path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^\.+/, "")
    .slice(0, LONGEST);
  return `${folder}/${hash}-${readable}.html`;
}
