import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { EXIT, messageOf } from "../../support/error.ts";
import type { Environment } from "../docker-config.ts";
import { registryError } from "../errors.ts";

/** The certificates that docker's folder for a registry host has: `certs.d/<host>/{*.crt,*.cert,*.key}`. */
export interface HostCertificates {
  /** Authorities besides the system's, in PEM. */
  ca: string[];
  /** What we show. */
  clients: { cert: string; key: string }[];
}

/** Docker's folders of certificates by registry host: the system's, and that of a rootless engine. */
export function certificateFolders(environment: Environment): string[] {
  const home = environment.XDG_CONFIG_HOME || (environment.HOME && path.join(environment.HOME, ".config"));
  return ["/etc/docker/certs.d", ...(home ? [path.join(home, "docker/certs.d")] : [])];
}

/** Reads the certificates for `host:port`. A folder that is not there is empty; one that cannot be used is REGISTRY_SETTINGS_INVALID. */
export async function hostCertificates(folders: string[], host: string): Promise<HostCertificates> {
  const found: HostCertificates = { ca: [], clients: [] };
  for (const folder of folders.map((each) => path.join(each, host))) {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw unusable(folder, error);
    });
    const read = async (name: string) => {
      const file = path.join(folder, name);
      return await readFile(file, "utf8").catch((error: unknown) => {
        throw unusable(file, error);
      });
    };
    for (const name of names.sort()) {
      if (name.endsWith(".crt")) found.ca.push(await read(name));
      if (!name.endsWith(".cert")) continue;
      const key = name.replace(/\.cert$/, ".key");
      found.clients.push({ cert: await read(name), key: await read(key) });
    }
  }
  return found;
}

function unusable(file: string, cause: unknown) {
  return registryError({
    code: "REGISTRY_SETTINGS_INVALID",
    message: `${file} could not be read: ${messageOf(cause)}`,
    hint: "It belongs to the certificates for a registry: *.crt are authorities, and each *.cert has its *.key.",
    cause,
    exitCode: EXIT.usage,
  });
}
