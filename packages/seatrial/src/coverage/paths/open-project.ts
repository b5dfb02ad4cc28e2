import path from "node:path";
import { findGoModules } from "./go-modules.ts";
import { listProjectFiles, type ProjectFilesOptions } from "./project-files.ts";
import type { ProjectPaths } from "./resolve-names.ts";

/** Looks at what a project has: its files and its Go modules. */
export async function openProject(
  options: ProjectFilesOptions & { paths: Readonly<Record<string, string>> },
): Promise<ProjectPaths> {
  const root = path.resolve(options.root);
  const files = await listProjectFiles({ ...options, root });
  return { root, files: new Set(files), modules: await findGoModules({ root, files }), paths: options.paths };
}
