import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address for clients at a place. Direct: members of a replica set know each other by names that need not lead anywhere here. */
export function valuesAt(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user, password = "", name = "" } = space.values;
  const host = at.host.includes(":") ? `[${at.host}]` : at.host;
  const login = user === undefined ? "" : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const authSource = user === undefined ? "" : `authSource=${encodeURIComponent(name)}&`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `mongodb://${login}${host}:${at.port}/${encodeURIComponent(name)}?${authSource}directConnection=true`,
  };
}

/** The usual variables; MongoDB's own clients read none. */
export function variablesOf(values: SpaceValues): Record<string, string> {
  const { url = "", host = "", port = "", name = "", user, password } = values;
  return {
    MONGODB_URI: url,
    MONGODB_URL: url,
    MONGO_URL: url,
    MONGODB_HOST: host,
    MONGODB_PORT: port,
    MONGODB_DATABASE: name,
    ...(user === undefined ? {} : { MONGODB_USER: user, MONGODB_PASSWORD: password ?? "" }),
  };
}

/** The shell, which takes its account from the address only. */
export function clientOf(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  return { argv: ["mongosh", values["url"] ?? ""], env: {} };
}
