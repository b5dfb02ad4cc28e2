import type { SpaceServer } from "../maker.ts";

export interface Login {
  user: string;
  password: string;
}

const PREFIXES = ["MONGO_INITDB_ROOT", "MONGODB_INITDB_ROOT", "MONGODB_ROOT"];

/** The administrator's account, as the service's settings have it; undefined: they have none, so that everybody may do everything. */
export async function findLogin(server: SpaceServer, signal: AbortSignal): Promise<Login | undefined> {
  const { env, admin } = server;
  const setting = async (name: string): Promise<string | undefined> => {
    if (env[name]) return env[name];
    const file = env[`${name}_FILE`];
    return file ? (await server.readFile(file, signal))?.replace(/\r?\n$/, "") : undefined;
  };
  for (const prefix of PREFIXES) {
    const password = await setting(`${prefix}_PASSWORD`);
    // Bitnami's images have a name for the account by themselves.
    const user =
      (await setting(`${prefix}_USERNAME`)) ?? (await setting(`${prefix}_USER`)) ?? usualUser(prefix);
    if (user !== undefined && password !== undefined) return { user, password };
  }
  const { user, password } = admin;
  return user === undefined || password === undefined ? undefined : { user, password };
}

function usualUser(prefix: string): string | undefined {
  return prefix === "MONGODB_ROOT" ? "root" : undefined;
}
