import path from "node:path/posix";
import { fileURLToPath } from "node:url";

/** A script's path in its image; undefined for what is no file: Node's own modules, `eval`, `data:`, WebAssembly. */
export function scriptPath(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** True for files that are not of an installed package. */
export function isOwnPath(file: string): boolean {
  return !file.split("/").includes("node_modules");
}

/** Where a source map's source is in the image: bundlers' names lose their scheme, others stand beside the script. */
export function originalPath(options: { source: string; sourceRoot: string; script: string }): string {
  const { source, sourceRoot, script } = options;
  if (source.startsWith("file://")) return fileURLToPath(source);
  const plain = source.replace(/^webpack:\/\//, "");
  return path.resolve(path.dirname(script), path.join(sourceRoot.replace("file://", ""), plain));
}
