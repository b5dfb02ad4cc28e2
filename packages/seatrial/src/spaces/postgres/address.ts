import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address of a database for a client that reaches its server at this host and port. */
export function valuesOf(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user = "", password = "", name = space.name } = space.values;
  const host = at.host.includes(":") ? `[${at.host}]` : at.host;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `postgres://${login}@${host}:${at.port}/${encodeURIComponent(name)}`,
  };
}

/** The variables that libpq and most drivers read. */
export function envOf(values: SpaceValues): Record<string, string> {
  const variables = {
    PGHOST: values["host"],
    PGPORT: values["port"],
    PGUSER: values["user"],
    PGPASSWORD: values["password"],
    PGDATABASE: values["name"],
    // Go's lib/pq insists on TLS unless told.
    PGSSLMODE: values["sslmode"],
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
