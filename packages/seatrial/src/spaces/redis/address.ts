import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address for a client that reaches the space at this host and port. */
export function redisValues(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user = "default", password = "", name = "0" } = space.values;
  // Clients from before there were users send the name of the default one in vain.
  const login = `${user === "default" ? "" : encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `redis://${login}@${at.host}:${at.port}/${name}`,
  };
}

/** The variables that programs know for Redis. */
export function redisEnv(values: SpaceValues): Record<string, string> {
  const { url = "", host = "", port = "", user = "", password = "", name = "", prefix } = values;
  return {
    REDIS_URL: url,
    REDIS_HOST: host,
    REDIS_PORT: port,
    REDIS_USERNAME: user,
    REDIS_PASSWORD: password,
    REDIS_DB: name,
    ...(prefix === undefined ? {} : { REDIS_PREFIX: prefix }),
  };
}

/** redis-cli; the password stays out of its arguments. */
export function redisClient(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const { host = "", port = "", user = "default", password = "", name = "0" } = values;
  const login = user === "default" ? [] : ["--user", user];
  return {
    argv: ["redis-cli", "-h", host, "-p", port, ...login, "-n", name],
    env: { REDISCLI_AUTH: password },
  };
}
