import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import type { ImageIndex, ImageLayer, LayerEntry } from "../layers/image-index.ts";
import { folderOf, nameOf } from "../layers/path.ts";
import { isPackage, isVersionOf } from "../packages/packages.ts";
import { type Find, failedBy } from "./telling.ts";

/** Commands and packages that must not be in any layer. Whether one can be run is asked by a check of its own. */
export const absent: StaticCheck = {
  name: "absent",
  kind: "static",
  explain: [
    "Looks in every layer, also below layers that delete it, for commands of these names, with or without a version behind them (gcc, gcc-12, python3.13): files and links",
    "in any bin or sbin folder, in node_modules/.bin, in the root and on the image's PATH. And for packages of these names: Python (dist-info, egg-info), Node",
    "(node_modules), Debian (dpkg, also distroless), Alpine (apk), and Go programs by the build information in them. A name that begins with / is a path.",
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
} as const;

function caseOfEach({ plan, index }: StaticSubject): CheckCase[] {
  const finds = new Map(plan.absent.map((thing) => [thing, [] as Find[]]));
  const folders = new Set(
    (index.config.env["PATH"] ?? "").split(":").map((folder) => folder.replace(/\/$/, "")),
  );
  for (const layer of index.layers) {
    for (const entry of layer.entries()) {
      if (entry.type === "whiteout" || entry.type === "opaque") continue;
      for (const [thing, found] of finds) {
        if (isThing(entry, { thing, folders }))
          found.push({ layer, path: entry.path, label: labelOf(entry) });
      }
    }
    for (const [thing, found] of finds) found.push(...packagesIn(layer, thing));
  }
  return [...finds].map(([thing, found]) => toCase(index, { thing, found }));
}

function isThing(entry: LayerEntry, options: { thing: string; folders: ReadonlySet<string> }): boolean {
  const { thing, folders } = options;
  if (thing.startsWith("/")) return entry.path === thing;
  const isFile = entry.type === "file" || entry.type === "hardlink";
  if (!(isFile && (entry.mode & 0o111) !== 0) && entry.type !== "symlink") return false;
  const folder = folderOf(entry.path);
  const holdsCommands = folder === "/" || folders.has(folder) || /\/(s?bin|\.bin)$/.test(folder);
  return holdsCommands && isCommand(nameOf(entry.path), thing);
}

/** Compilers also have their target in front: `x86_64-linux-gnu-gcc-12`. */
function isCommand(name: string, thing: string): boolean {
  const plain = name.replace(/^[a-z0-9_]+(-[a-z0-9_]+)?-(linux|none)-[a-z0-9]+-/, "");
  return [name, plain].some((each) => each === thing || isVersionOf(each, thing));
}

function labelOf({ type, link }: LayerEntry): string {
  if (type === "symlink") return `a link to ${link}`;
  return type === "directory" ? "a folder" : "a command";
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
