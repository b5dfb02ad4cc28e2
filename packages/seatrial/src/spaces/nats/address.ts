import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address for a client that reaches the space at this host and port. */
export function natsValues(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user = "", password = "" } = space.values;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `nats://${login}@${at.host}:${at.port}`,
  };
}

/** The variables of the `nats` command and of most programs. */
export function natsEnv(values: SpaceValues): Record<string, string> {
  const { url = "", host = "", port = "", user = "", password = "" } = values;
  return { NATS_URL: url, NATS_HOST: host, NATS_PORT: port, NATS_USER: user, NATS_PASSWORD: password };
}

/** Shows every message. The server's own images lack the `nats` command. */
export function natsClient(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const { host = "", port = "", user = "", password = "" } = values;
  return {
    argv: ["nats", "sub", ">"],
    env: { NATS_URL: `nats://${host}:${port}`, NATS_USER: user, NATS_PASSWORD: password },
  };
}
