import type { SpaceKindDriver } from "../maker.ts";

/** As much of a kind as an endpoint uses: addresses in the manner of PostgreSQL. It makes nothing. */
export const addressKind: SpaceKindDriver = {
  kind: "postgres",
  open: () => Promise.reject(new Error("this kind makes no spaces")),
  values({ name, values }, { host, port }) {
    const { user = "", password = "" } = values;
    const url = `postgres://${user}:${password}@${host}:${port}/${name}`;
    return { url, host, port: String(port), ...values, name };
  },
  env: ({ host = "", port = "", user = "", password = "", name = "" }) => ({
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
  }),
  client: ({ url = "" }) => ({ argv: ["psql", url], env: {} }),
};
