import type { InstalledPackage } from "../layers/image-index.ts";
import { nameOf } from "../layers/path.ts";
import { parseAlpine, parseDebian } from "./databases.ts";
import { parseNode } from "./node.ts";
import { parsePython, pythonName } from "./python.ts";

/** A file whose content says what is installed. */
interface PackageFile {
  /** How much of it is read; of a longer one the rest is not. */
  bytes: number;
  parse(content: Buffer, path: string): InstalledPackage[];
}

const HEAD = 8 << 10;
const MANIFEST = 256 << 10;
const DATABASE = 64 << 20;

/** How to read the file at this path, if it says what is installed. */
export function packageFileAt(path: string): PackageFile | undefined {
  const name = nameOf(path);
  switch (name) {
    case "METADATA":
      return path.endsWith(".dist-info/METADATA") ? { bytes: HEAD, parse: parsePython } : undefined;
    case "PKG-INFO":
      return path.endsWith(".egg-info/PKG-INFO") ? { bytes: HEAD, parse: parsePython } : undefined;
    case "package.json":
      return /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path)
        ? { bytes: MANIFEST, parse: parseNode }
        : undefined;
    case "status":
      return path === "/var/lib/dpkg/status" ? { bytes: DATABASE, parse: parseDebian } : undefined;
    case "installed":
      return path.endsWith("/apk/db/installed") ? { bytes: DATABASE, parse: parseAlpine } : undefined;
    default:
      if (name.endsWith(".egg-info")) return { bytes: HEAD, parse: parsePython };
      if (path.startsWith("/var/lib/dpkg/status.d/") && !name.includes(".md5sums"))
        return { bytes: HEAD, parse: parseDebian };
      return undefined;
  }
}

/** Whether a package is the one that is meant: names as each ecosystem compares them. */
export function isPackage(found: InstalledPackage, wanted: string): boolean {
  switch (found.ecosystem) {
    case "python":
      return pythonName(found.name) === pythonName(wanted);
    case "node":
    case "alpine":
      return found.name === wanted;
    case "debian":
      return found.name === wanted || isVersionOf(found.name, wanted);
    case "go":
      return found.name === wanted || nameOf(`/${found.name.replace(/\/v\d+$/, "")}`) === wanted;
    case "go-module":
      // Last parts of modules are words that commands have too: cloud.google.com/go, mvdan.cc/sh.
      return found.name === wanted || found.name.replace(/[/.]v\d+$/, "") === wanted;
  }
}

/** `gcc-12`, `python3.11`, `pytest3`: the name and a version behind it. */
export function isVersionOf(name: string, wanted: string): boolean {
  return name.startsWith(wanted) && /^-?\d+(\.\d+)*$/.test(name.slice(wanted.length));
}
