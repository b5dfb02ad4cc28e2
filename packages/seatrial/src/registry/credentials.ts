import { askCredentialHelper } from "./credential-helper.ts";
import {
  AUTH_VARIABLE,
  type Environment,
  readDockerLogins,
  type StoredAuth,
  variableLogins,
} from "./docker-config.ts";

/** What the user has to show to a registry, and where it was looked for. All absent: nobody is logged in. */
export interface Credentials {
  username?: string | undefined;
  password?: string | undefined;
  /** Is exchanged for tokens of the registry. */
  identityToken?: string | undefined;
  /** Is sent to the registry as it is. */
  registryToken?: string | undefined;
  /** The registry as the docker configuration names it. */
  server: string;
  /** For people: the file, or the helper. */
  source: string;
}

const HUB_KEY = "https://index.docker.io/v1/";

/**
 * Finds the user's credentials for a registry host as the docker command line does: DOCKER_AUTH_CONFIG, a helper for it, the store,
 * the file.
 * Fails with CREDENTIALS_FAILED or DOCKER_CONFIG_INVALID.
 */
export async function findCredentials(options: {
  registry: string;
  environment: Environment;
  signal: AbortSignal;
}): Promise<Credentials> {
  const { registry } = options;
  const server = registry === "docker.io" ? HUB_KEY : registry;
  const given = { ...fromAuth(storedAuth(variableLogins(options.environment), server)), server };
  if (isLoggedIn(given)) return { ...given, source: AUTH_VARIABLE };
  const logins = await readDockerLogins(options.environment);
  const helper = logins.credHelpers[server] ?? logins.credHelpers[registry] ?? logins.credsStore;
  if (helper === undefined || helper === "") {
    return { ...fromAuth(storedAuth(logins.auths, server)), server, source: logins.file };
  }
  const found = await askCredentialHelper({ ...options, helper, server });
  return { ...fromHelper(found), server, source: `docker-credential-${helper}` };
}

/** True when there is something to show to the registry. */
export function isLoggedIn(credentials: Omit<Credentials, "server" | "source">): boolean {
  const { username, password, identityToken, registryToken } = credentials;
  return [username, password, identityToken, registryToken].some((value) => value !== undefined);
}

/** Whose credentials they are, to be put after what the registry refuses: without anything secret. */
export function describeCredentials(credentials: Credentials): string {
  if (!isLoggedIn(credentials)) return `without a login (none is in ${credentials.source})`;
  const { username, source } = credentials;
  return username === undefined ? `with the token in ${source}` : `as user ${username} of ${source}`;
}

function fromHelper(found: { username: string; secret: string } | undefined): Partial<Credentials> {
  if (found === undefined) return {};
  // The protocol's way to say that the secret is an identity token.
  if (found.username === "<token>") return { identityToken: found.secret };
  return { username: found.username || undefined, password: found.secret || undefined };
}

/** Old files name registries by address: `https://registry.example.com/v1/`. */
function storedAuth(auths: Record<string, StoredAuth>, server: string): StoredAuth | undefined {
  const exact = auths[server];
  if (exact !== undefined) return exact;
  return Object.entries(auths).find(([key]) => hostOf(key) === hostOf(server))?.[1];
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

function fromAuth(auth: StoredAuth | undefined): Partial<Credentials> {
  if (auth === undefined) return {};
  // Only the first colon separates: passwords may have more.
  const [, user, pass] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth.auth ?? "", "base64").toString()) ?? [];
  return {
    username: auth.username || user || undefined,
    password: auth.password || pass?.replace(/\0+$/, "") || undefined,
    identityToken: auth.identitytoken || undefined,
    registryToken: auth.registrytoken || undefined,
  };
}
