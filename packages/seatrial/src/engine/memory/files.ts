/** Regular files by path. In images and containers paths are absolute; in volumes they are relative to the volume. */
export type FileTree = Map<string, Buffer>;

/** A container's view of its files: mounts over what it wrote over its image. */
export interface ContainerFiles {
  read(path: string): Buffer | undefined;
  /** Throws when the mount or the root is read-only. */
  write(path: string, content: Buffer | string): void;
}

export interface MountedTree {
  target: string;
  tree: FileTree;
  readOnly: boolean;
}

export function createContainerFiles(options: {
  image: FileTree;
  root: FileTree;
  readOnlyRoot: boolean;
  mounts: readonly MountedTree[];
}): ContainerFiles {
  // The deepest mount wins.
  const mounts = [...options.mounts].sort((a, b) => b.target.length - a.target.length);
  const mountOf = (path: string) => mounts.find((mount) => path.startsWith(`${mount.target}/`));
  return {
    read(path) {
      const mount = mountOf(path);
      if (mount !== undefined) return mount.tree.get(path.slice(mount.target.length + 1));
      return options.root.get(path) ?? options.image.get(path);
    },
    write(path, content) {
      const mount = mountOf(path);
      if (mount?.readOnly ?? options.readOnlyRoot) throw new Error(`${path}: read-only file system`);
      if (mount === undefined) options.root.set(path, Buffer.from(content));
      else mount.tree.set(path.slice(mount.target.length + 1), Buffer.from(content));
    },
  };
}

/** The files below a folder, with paths relative to it. */
export function filesBelow(tree: FileTree, folder: string): FileTree {
  const prefix = `${folder}/`;
  return new Map(
    [...tree].flatMap(([path, content]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), content]] : [],
    ),
  );
}
