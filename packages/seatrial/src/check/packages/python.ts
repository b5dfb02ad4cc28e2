import type { InstalledPackage } from "../layers/image-index.ts";

/** A name as PEP 503 compares it. */
export function pythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** The headers of METADATA or PKG-INFO. */
export function parsePython(content: Buffer, path: string): InstalledPackage[] {
  const text = content.toString("utf8");
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? "";
  const name = /^Name:\s*(\S+)/im.exec(head)?.[1];
  if (name === undefined) return [];
  const version = /^Version:\s*(\S+)/im.exec(head)?.[1] ?? "";
  return [{ ecosystem: "python", name, version, path }];
}
