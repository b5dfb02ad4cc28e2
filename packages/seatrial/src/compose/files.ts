import type { FileSpec } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { type MaterialRef, readMaterial } from "./material.ts";
import { parseMode } from "./quantity.ts";
import { asList, asNumber, asRecord, asText } from "./value.ts";

/** Kept in memory by those who start services. */
export const SECRETS_FOLDER = "/run/secrets";

const READABLE = 0o444;

/** The configs and secrets of a service as files at their targets, readable by everyone unless they say otherwise. */
export async function materialFiles(context: ServiceContext): Promise<FileSpec[]> {
  const files: FileSpec[] = [];
  for (const section of ["configs", "secrets"] as const) {
    for (const written of asList(context.service[section])) {
      const grant = typeof written === "string" ? { source: written } : asRecord(written);
      const ref: MaterialRef = { section, name: asText(grant["source"]) ?? "" };
      files.push({
        from: await readMaterial(context, ref),
        target: targetOf(ref, asText(grant["target"])),
        mode: parseMode(grant["mode"]) ?? READABLE,
        uid: asNumber(grant["uid"]),
        gid: asNumber(grant["gid"]),
      });
    }
  }
  return files;
}

function targetOf({ section, name }: MaterialRef, target: string | undefined): string {
  if (target?.startsWith("/")) return target;
  return section === "secrets" ? `${SECRETS_FOLDER}/${target ?? name}` : `/${target ?? name}`;
}
