import { spaceError } from "../errors.ts";
import type { RenderedFile } from "./render.ts";

/** Puts rendered files where the test runs, readable for its user alone. */
export interface FilePlace {
  /** Resolves with each file's absolute path, by name. */
  place(id: string, files: readonly RenderedFile[], signal: AbortSignal): Promise<Record<string, string>>;
  /** Removes what was placed for a space, where that is possible before the place itself goes. Missing is fine. */
  remove(id: string): Promise<void>;
}

/** The folder of a space among others. */
export function spaceFolder(id: string): string {
  return `space-${encodeURIComponent(id)}`;
}

/** Names stay below their folder. Fails with CONFIG_TEMPLATE_INVALID. */
export function checkFileName(name: string): string {
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || name.includes("\0"))
    throw spaceError({
      code: "CONFIG_TEMPLATE_INVALID",
      message: `${JSON.stringify(name)} is not the name of a file below a space's folder`,
    });
  return name;
}
