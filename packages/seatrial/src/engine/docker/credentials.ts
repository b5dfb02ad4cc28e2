import { askCredentialHelper } from "./credential-helper.ts";
import { type DockerConfig, type Environment, readDockerConfig, type StoredAuth } from "./docker-config.ts";

/** The X-Registry-Auth header for a registry, and where credentials were looked for. */
export interface RegistryAuth {
  /** Absent when nobody is logged in there. */
  header?: string | undefined;
  configFile: string;
}

const HUB_KEY = "https://index.docker.io/v1/";

/** Finds the user's credentials for a registry host as the docker command line does: a helper for it, the store, the file. */
export async function findRegistryAuth(options: {
  registry: string;
  environment: Environment;
  signal: AbortSignal;
}): Promise<RegistryAuth> {
  const { registry } = options;
  const config = await readDockerConfig(options.environment);
  const server = registry === "docker.io" ? HUB_KEY : registry;
  const helper = config.credHelpers[server] ?? config.credHelpers[registry] ?? config.credsStore;
  if (helper === undefined) {
    return { header: headerOf(server, storedAuth(config, server)), configFile: config.file };
  }
  const found = await askCredentialHelper({ ...options, helper, server });
  return { header: found && headerOf(server, fromHelper(found)), configFile: config.file };
}

function fromHelper(found: { username: string; secret: string }): StoredAuth {
  // The protocol's way to say that the secret is an identity token.
  if (found.username === "<token>") return { identitytoken: found.secret };
  return { username: found.username, password: found.secret };
}

/** Old files name registries by address: `https://registry.example.com/v1/`. */
function storedAuth(config: DockerConfig, server: string): StoredAuth | undefined {
  const exact = config.auths[server];
  if (exact !== undefined) return exact;
  return Object.entries(config.auths).find(([key]) => hostOf(key) === hostOf(server))?.[1];
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

function headerOf(server: string, auth: StoredAuth | undefined): string | undefined {
  if (auth === undefined) return undefined;
  // Only the first colon separates: passwords may have more.
  const [, user, pass] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth.auth ?? "", "base64").toString()) ?? [];
  const login = {
    username: auth.username || user || undefined,
    password: auth.password || pass?.replace(/\0+$/, "") || undefined,
    identitytoken: auth.identitytoken || undefined,
    registrytoken: auth.registrytoken || undefined,
  };
  if (Object.values(login).every((value) => value === undefined)) return undefined;
  // Go's decoder wants the padding that Node's own base64url leaves out.
  const json = JSON.stringify({ ...login, serveraddress: server });
  return Buffer.from(json).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
