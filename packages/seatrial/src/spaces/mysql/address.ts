import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address for clients at a place. `url` is what most libraries take, `dsn` Go's. */
export function valuesAt(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user = "", password = "", name = "" } = space.values;
  const host = at.host.includes(":") ? `[${at.host}]` : at.host;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `mysql://${login}@${host}:${at.port}/${encodeURIComponent(name)}`,
    dsn: `${user}:${password}@tcp(${host}:${at.port})/${encodeURIComponent(name)}`,
  };
}

/** The variables of the official images and of the servers' own clients. */
export function variablesOf(values: SpaceValues): Record<string, string> {
  const { host = "", port = "", user = "", password = "", name = "", url = "" } = values;
  return {
    MYSQL_HOST: host,
    MYSQL_PORT: port,
    MYSQL_TCP_PORT: port,
    MYSQL_USER: user,
    MYSQL_PASSWORD: password,
    MYSQL_PWD: password,
    MYSQL_DATABASE: name,
    MYSQL_URL: url,
  };
}

/** The server's own client program, for a person or a file. */
export function clientOf(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const {
    client = "mariadb",
    host = "127.0.0.1",
    port = "3306",
    user = "",
    password = "",
    name = "",
  } = values;
  const address = [
    "--protocol=tcp",
    `--host=${host}`,
    `--port=${port}`,
    `--user=${user}`,
    `--database=${name}`,
  ];
  return {
    // What a configuration file says is meant for others; within a container nothing is gained by encryption.
    argv: [client, "--no-defaults", ...address, ...(values["server"] === "mariadb" ? ["--skip-ssl"] : [])],
    env: { MYSQL_PWD: password },
  };
}
