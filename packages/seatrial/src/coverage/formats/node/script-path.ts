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

/** What a run loads into every program: see `collect/node-hook.ts`. */
const HOOK = "/.hooks/node.cjs";

/** True for files that are neither of an installed package nor of ours. */
export function isOwnPath(file: string): boolean {
  return !file.split("/").includes("node_modules") && !file.endsWith(HOOK);
}

/** Where a source map's source is in the image: bundlers' names lose their scheme, others stand beside the script. */
export function originalPath(options: { source: string; sourceRoot: string; script: string }): string {
  const { source, sourceRoot, script } = options;
  if (source.startsWith("file://")) return fileURLToPath(source);
  const plain = source.replace(/^webpack:\/\//, "");
  return path.resolve(path.dirname(script), path.join(sourceRoot.replace("file://", ""), plain));
}
