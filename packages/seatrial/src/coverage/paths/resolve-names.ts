import path from "node:path";
import { isForeign } from "./foreign.ts";
import type { GoModule } from "./go-modules.ts";
import { matchSuffixes } from "./match-suffixes.ts";

/** What of a project names can mean. */
export interface ProjectPaths {
  /** Absolute. */
  root: string;
  /** Relative to the root, with slashes. */
  files: ReadonlySet<string>;
  /** The longest names first. */
  modules: readonly GoModule[];
  /** What is configured: beginnings of names, and the folders of the project that they are. */
  paths: Readonly<Record<string, string>>;
}

/** Names as one profile has them. */
export interface ProfileNames {
  names: readonly string[];
  kind: "go" | "files";
  workingDir: string;
  /** Go modules that names may begin with, whether the project has their go.mod or not. */
  modules: readonly string[];
}

export interface ResolvedName {
  /** Relative to the root where it is known what the name means; else as the profile has it, with slashes. */
  path: string;
  /** `project`: a file of it. `gone`: one that it would be, made in the image or removed since. `foreign`: of a dependency. */
  is: "project" | "gone" | "foreign" | "unknown";
}

/** Says of all names of all profiles which files of the project they mean; the answers are in the same order. */
export function resolveNames(profiles: readonly ProfileNames[], project: ProjectPaths): ResolvedName[][] {
  const open: { profile: number; at: number; name: string; workingDir: string }[] = [];
  const resolved = profiles.map((profile, index) =>
    profile.names.map((raw, at): ResolvedName => {
      const name = absolute(raw, profile, project);
      const known =
        configured(raw, name, project) ??
        (profile.kind === "go" ? byModule(name, profile, project) : undefined) ??
        native(name, project);
      if (known !== undefined) return known;
      if (profile.kind === "go" && !name.startsWith("/")) return { path: name, is: "unknown" };
      if (isForeign(name)) return { path: name, is: "foreign" };
      open.push({ profile: index, at, name, workingDir: profile.workingDir });
      return { path: name, is: "unknown" };
    }),
  );
  const matches = matchSuffixes(open, [...project.files]);
  const taken = new Map<string, { name: string; entry: ResolvedName }>();
  open.forEach(({ profile, at, name }, index) => {
    const file = matches[index];
    const entry = resolved[profile]?.[at];
    if (file === undefined || entry === undefined) return;
    // Two files of one image are never one of the project: the name that says more is it.
    const key = `${profile}\0${file}`;
    const other = taken.get(key);
    if (other !== undefined && other.name !== name) {
      if (ending(other.name, file) >= ending(name, file)) return;
      Object.assign(other.entry, { path: other.name, is: "unknown" });
    }
    taken.set(key, { name, entry });
    Object.assign(entry, { path: file, is: "project" });
  });
  return resolved;
}

/** A name with slashes, and where it begins if that is known. */
function absolute(raw: string, profile: ProfileNames, project: ProjectPaths): string {
  const isUrl = raw.startsWith("file:///");
  const slashed = isUrl ? raw.slice("file://".length) : raw;
  const name =
    slashed.includes("\\") && !project.files.has(slashed)
      ? slashed.replaceAll("\\", "/").replace(/^(?=[A-Za-z]:\/)/, "/")
      : slashed.replace(/^(?=[A-Za-z]:\/)/, "/");
  if (profile.kind === "go" || name.startsWith("/")) return path.posix.normalize(name);
  if (profile.workingDir === "" && project.files.has(name)) return name;
  return path.posix.join(profile.workingDir, name);
}

/** The longest beginning that is configured, of the name as it is or as it is in the image. */
function configured(raw: string, name: string, project: ProjectPaths): ResolvedName | undefined {
  let best: { length: number; path: string } | undefined;
  for (const [written, folder] of Object.entries(project.paths)) {
    const prefix = written.replaceAll("\\", "/").replace(/(?<=.)\/+$/, "");
    for (const candidate of [name, raw.replaceAll("\\", "/")]) {
      const rest = below(candidate, prefix);
      if (rest !== undefined && prefix.length > (best?.length ?? -1))
        best = { length: prefix.length, path: path.posix.join(folder.replaceAll("\\", "/"), rest) };
    }
  }
  return best === undefined || isOutside(best.path) ? undefined : inProject(best.path, project);
}

function byModule(name: string, profile: ProfileNames, project: ProjectPaths): ResolvedName | undefined {
  for (const { module, folder } of project.modules) {
    const rest = below(name, module);
    if (rest !== undefined && !isOutside(rest))
      return inProject(path.posix.join(fromTop(folder, project), rest), project);
  }
  const longest = [...profile.modules].sort((a, b) => b.length - a.length);
  for (const module of longest) {
    const rest = module === "" ? undefined : below(name, module);
    if (rest !== undefined && project.files.has(rest)) return { path: rest, is: "project" };
  }
  return undefined;
}

/** A module above the root: its files are named from the root, and mostly lie in it. */
function fromTop(folder: string, project: ProjectPaths): string {
  if (!folder.startsWith("..")) return folder;
  return path.resolve(project.root, folder);
}

/** A name of this machine. */
function native(name: string, project: ProjectPaths): ResolvedName | undefined {
  const rest = below(name, project.root);
  return rest === undefined ? undefined : inProject(rest, project);
}

function inProject(place: string, project: ProjectPaths): ResolvedName {
  const name = path.isAbsolute(place) ? path.relative(project.root, place) : path.posix.normalize(place);
  return { path: name, is: project.files.has(name) || name.startsWith("../") ? "project" : "gone" };
}

/** What comes after a beginning of whole names. */
function below(name: string, prefix: string): string | undefined {
  if (prefix === "/" || prefix === "")
    return prefix === "/" && name.startsWith("/") ? name.slice(1) : undefined;
  return name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : undefined;
}

function isOutside(place: string): boolean {
  return place.split("/").includes("..");
}

function ending(name: string, file: string): number {
  const [a, b] = [name.split("/").reverse(), file.split("/").reverse()];
  const differs = a.findIndex((part, at) => part !== b[at]);
  return differs < 0 ? a.length : differs;
}
