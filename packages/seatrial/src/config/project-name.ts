import { basename } from "node:path";

/** What a project may be called: it becomes a part of the names of containers, networks and images. */
export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** A valid name made of a folder's, as Compose makes it; `project` when nothing of it is left. */
export function nameOfFolder(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "")
    .slice(0, 63);
  return name === "" ? "project" : name;
}
