import type { Coverage, FileCoverage } from "../../data.ts";
import { addFigures, type Figures, figuresOf, noFigures } from "./figures.ts";
import { pageName } from "./page-name.ts";

export interface FileNode {
  file: FileCoverage<number[]>;
  name: string;
  /** Relative to the report's folder. */
  page: string;
  figures: Figures;
}

export interface FolderNode {
  /** Empty for the top. */
  path: string;
  /** How it is called in the folder above: several names where there is nothing else in between. */
  name: string;
  page: string;
  figures: Figures;
  folders: FolderNode[];
  files: FileNode[];
}

/** All files by folder, with figures. A folder with nothing but one folder is one with it. */
export function createTree(coverage: Coverage): FolderNode {
  const sources = coverage.sources.length;
  const top = folderNode("", "", sources);
  const known = new Map<string, FolderNode>([["", top]]);
  const folderAt = (path: string): FolderNode => {
    const there = known.get(path);
    if (there !== undefined) return there;
    const cut = path.lastIndexOf("/");
    const node = folderNode(path, path.slice(cut + 1) || "/", sources);
    known.set(path, node);
    folderAt(cut < 0 ? "" : path.slice(0, cut)).folders.push(node);
    return node;
  };
  for (const file of coverage.files) {
    const cut = file.path.lastIndexOf("/");
    const figures = figuresOf(file, sources);
    const folder = folderAt(cut < 0 ? "" : file.path.slice(0, cut));
    const name = file.path.slice(cut + 1);
    folder.files.push({ file, name, page: pageName("files", file.path), figures });
  }
  return { ...summed(joined(top)), page: "index.html" };
}

/** All folders of a tree, the top first. */
export function* foldersOf(folder: FolderNode): Generator<FolderNode> {
  yield folder;
  for (const each of folder.folders) yield* foldersOf(each);
}

function folderNode(path: string, name: string, sources: number): FolderNode {
  const page = pageName("folders", path);
  return { path, name, page, figures: noFigures(sources), folders: [], files: [] };
}

function joined(folder: FolderNode): FolderNode {
  const folders = folder.folders.map((each) => {
    const below = joined(each);
    const [only, ...others] = below.folders;
    if (only === undefined || others.length > 0 || below.files.length > 0) return below;
    return { ...only, name: `${below.name}/${only.name}` };
  });
  return { ...folder, folders };
}

function summed(folder: FolderNode): FolderNode {
  const folders = folder.folders.map(summed);
  for (const { figures } of [...folders, ...folder.files]) addFigures(folder.figures, figures);
  return { ...folder, folders };
}
