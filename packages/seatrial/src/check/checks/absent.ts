import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import type { ImageIndex, ImageLayer, LayerEntry } from "../layers/image-index.ts";
import { cleanPath, folderOf, nameOf } from "../layers/path.ts";
import { isPackage, isVersionOf } from "../packages/packages.ts";
import { type Find, failedBy } from "./telling.ts";

/** Commands and packages that must not be in any layer. Whether one can be run is asked by a check of its own. */
export const absent: StaticCheck = {
  name: "absent",
  kind: "static",
  explain: [
    "Looks in every layer, also below layers that delete it, for commands of these names, with or without a version behind them (gcc, gcc-12, python3.13): files and links",
    "in any bin or sbin folder, in node_modules/.bin, in the root and on the image's PATH. And for packages of these names: Python (dist-info, egg-info), Node",
    "(node_modules), Debian (dpkg, also distroless), Alpine (apk), and Go programs, with the modules in them (by their whole path: github.com/stretchr/testify), by the build information of Go 1.18 and later. A name that begins with / is a path, with whatever lies below it.",
    "A busybox that has no link of the name is seen only by running it.",
  ].join(" "),
  asked: ({ absent: things }) => (things.length === 0 ? undefined : things.join(", ")),
  run: (subject) => caseOfEach(subject),
};

const ECOSYSTEMS = {
  python: "Python package",
  node: "Node package",
  debian: "Debian package",
  alpine: "Alpine package",
  go: "Go program",
  "go-module": "Go module",
} as const;

/** What an entry is, when it is what should be absent. */
type Finder = (entry: LayerEntry) => Pick<Find, "path" | "label"> | undefined;

function caseOfEach({ plan, index }: StaticSubject): CheckCase[] {
  const folders = new Set(
    (index.config.env["PATH"] ?? "").split(":").map((folder) => folder.replace(/\/$/, "")),
  );
  const searches = plan.absent.map((thing) => {
    const isPath = thing.startsWith("/");
    return {
      thing,
      isPath,
      find: isPath ? pathFinder(thing) : commandFinder(thing, folders),
      found: [] as Find[],
    };
  });
  for (const layer of index.layers) {
    for (const entry of layer.entries()) {
      if (entry.type === "whiteout" || entry.type === "opaque") continue;
      for (const { isPath, find, found } of searches) {
        // A folder is told once, not with each file in it.
        if (isPath && found.at(-1)?.layer === layer) continue;
        const what = find(entry);
        if (what !== undefined) found.push({ layer, ...what });
      }
    }
    for (const { thing, found } of searches) found.push(...packagesIn(layer, thing));
  }
  return searches.map(({ thing, found }) => toCase(index, { thing, found }));
}

/** Not every builder writes folders: what lies below one says that it is there. */
function pathFinder(thing: string): Finder {
  const path = cleanPath(thing);
  return (entry) => {
    if (entry.path === path) return { path, label: isFile(entry) ? undefined : labelOf(entry) };
    return entry.path.startsWith(`${path}/`) ? { path, label: "a folder" } : undefined;
  };
}

function commandFinder(thing: string, folders: ReadonlySet<string>): Finder {
  return (entry) => {
    if (!(isFile(entry) && (entry.mode & 0o111) !== 0) && entry.type !== "symlink") return undefined;
    const folder = folderOf(entry.path);
    const holdsCommands = folder === "/" || folders.has(folder) || /\/(s?bin|\.bin)$/.test(folder);
    if (!holdsCommands || !isCommand(nameOf(entry.path), thing)) return undefined;
    return { path: entry.path, label: labelOf(entry) };
  };
}

/** Compilers also have their target in front: `x86_64-linux-gnu-gcc-12`. */
function isCommand(name: string, thing: string): boolean {
  const plain = name.replace(/^[a-z0-9_]+(-[a-z0-9_]+)?-(linux|none)-[a-z0-9]+-/, "");
  return [name, plain].some((each) => each === thing || isVersionOf(each, thing));
}

function isFile({ type }: LayerEntry): boolean {
  return type === "file" || type === "hardlink";
}

function labelOf({ type, link }: LayerEntry): string {
  switch (type) {
    case "symlink":
      return `a link to ${link}`;
    case "directory":
      return "a folder";
    case "file":
    case "hardlink":
      return "a command";
    default:
      return `a ${type}`;
  }
}

function packagesIn(layer: ImageLayer, thing: string): Find[] {
  return layer.packages
    .filter((each) => isPackage(each, thing))
    .map(({ ecosystem, name, version, path }) => ({
      layer,
      path,
      label: `the ${ECOSYSTEMS[ecosystem]} ${name} ${version}`.trim(),
    }));
}

function toCase(index: ImageIndex, { thing, found }: { thing: string; found: Find[] }): CheckCase {
  if (found.length === 0) return { name: thing, status: "passed" };
  return failedBy(index, {
    name: thing,
    finds: found,
    advice: `Install ${thing} in a stage that does not ship, and copy from it only what the program needs.`,
  });
}
