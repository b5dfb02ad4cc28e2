import type { SpaceServer } from "../maker.ts";

export interface Admin {
  user: string;
  password: string;
}

/** Pairs of variables by which images of RabbitMQ are told their first user. */
const VARIABLES = [
  ["RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"],
  ["RABBITMQ_USERNAME", "RABBITMQ_PASSWORD"],
] as const;
/** The user of a server that was told none. It may come from loopback only, which the tunnel's end in the container is. */
const GUEST = "guest";

/** The server's administrator: as the service's settings tell, else the one that RabbitMQ makes by itself. */
export function adminOf({ admin, env }: Pick<SpaceServer, "admin" | "env">): Admin {
  const [user, password] = VARIABLES.find(([name]) => env[name] !== undefined) ?? VARIABLES[0];
  return {
    user: admin.user ?? env[user] ?? GUEST,
    password: admin.password ?? env[password] ?? GUEST,
  };
}

/** Where the management plugin listens in the container. */
export function managementPort({ env }: Pick<SpaceServer, "env">): number {
  return Number(env["RABBITMQ_MANAGEMENT_PORT_NUMBER"] ?? "15672");
}
