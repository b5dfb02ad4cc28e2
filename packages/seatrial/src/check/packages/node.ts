import type { InstalledPackage } from "../layers/image-index.ts";

/** A package's own folder in `node_modules`; its name is the folder's when its file does not say one. */
export function parseNode(content: Buffer, path: string): InstalledPackage[] {
  const folder = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? "";
  const { name, version } = fieldsOf(content);
  return [{ ecosystem: "node", name: name ?? folder, version: version ?? "", path }];
}

function fieldsOf(content: Buffer): { name?: string; version?: string } {
  try {
    const { name, version } = JSON.parse(content.toString("utf8")) as Record<string, unknown>;
    return {
      ...(typeof name === "string" ? { name } : {}),
      ...(typeof version === "string" ? { version } : {}),
    };
  } catch {
    // Some packages have such files as data for their tests.
    return {};
  }
}
