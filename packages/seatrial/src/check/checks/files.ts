import type { FileExpectation } from "../../config/index.ts";
import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import type { LayerEntry } from "../layers/image-index.ts";
import { type FoundFile, findFiles } from "../layers/lookup.ts";
import { cleanPath } from "../layers/path.ts";
import { layerName } from "./telling.ts";

/** Files that must be there, or must not. */
export const files: StaticCheck = {
  name: "files",
  kind: "static",
  explain:
    "Looks at files as a container would see them: all layers laid over each other, links followed. A file that a later layer deletes is absent here; `absent` with a path looks into every layer.",
  asked: (plan) => Object.keys(plan.files).join(", ") || undefined,
  run: judge,
};

function judge({ plan, index }: StaticSubject): CheckCase[] {
  const paths = Object.keys(plan.files).map(cleanPath);
  // A link that leads nowhere is there, and is no file with a mode.
  const atPath = findFiles(index.layers, paths, { follow: false });
  const behind = findFiles(index.layers, paths, { follow: true });
  return Object.entries(plan.files).map(([path, expected]) => {
    const name = `${path} ${describe(expected)}`;
    const found = { atPath: atPath.get(cleanPath(path)), behind: behind.get(cleanPath(path)) };
    if (!expected.present) {
      if (found.atPath === undefined) return { name, status: "passed" };
      const message = `${path} should not be there: it came with ${layerName(index, found.atPath.layer)}.\nLeave it out of what is copied into the stage that ships, for example with .dockerignore.`;
      return { name, status: "failed", message };
    }
    const wrong = mistakes({ expected, ...found });
    if (wrong.length === 0) return { name, status: "passed" };
    const where = found.behind === undefined ? "" : ` It came with ${layerName(index, found.behind.layer)}.`;
    return { name, status: "failed", message: `${path} ${wrong.join(", ")}.${where}` };
  });
}

function mistakes(options: {
  expected: FileExpectation;
  atPath: FoundFile | undefined;
  behind: FoundFile | undefined;
}): string[] {
  const { expected, atPath, behind } = options;
  if (behind === undefined) {
    return [atPath === undefined ? "is not there" : `is a link to ${atPath.entry.link}, which is not there`];
  }
  const { entry } = behind;
  return [
    ...mistake("mode", { wanted: expected.mode, found: entry.mode, text: octal }),
    ...mistake("owner", { wanted: expected.uid, found: entry.uid, text: String }),
    ...mistake("group", { wanted: expected.gid, found: entry.gid, text: String }),
    ...executableMistake(expected, entry),
  ];
}

function mistake(
  what: string,
  { wanted, found, text }: { wanted: number | undefined; found: number; text: (value: number) => string },
): string[] {
  return wanted === undefined || wanted === found ? [] : [`has ${what} ${text(found)}, not ${text(wanted)}`];
}

function executableMistake({ executable }: FileExpectation, { mode }: LayerEntry): string[] {
  const isExecutable = (mode & 0o100) !== 0;
  if (executable === undefined || executable === isExecutable) return [];
  return [isExecutable ? "is executable" : `is not executable (mode ${octal(mode)})`];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function describe({ present, mode, uid, gid, executable }: FileExpectation): string {
  if (!present) return "absent";
  const parts = [
    mode === undefined ? [] : [`mode ${octal(mode)}`],
    uid === undefined ? [] : [`owner ${uid}`],
    gid === undefined ? [] : [`group ${gid}`],
    executable === undefined ? [] : [executable ? "executable" : "not executable"],
  ].flat();
  return parts.length === 0 ? "present" : parts.join(", ");
}
