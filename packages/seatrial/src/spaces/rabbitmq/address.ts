import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address of a vhost for clients that reach it there. */
export function rabbitmqValues(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { user = "", password = "", vhost = "" } = space.values;
  const host = at.host.includes(":") ? `[${at.host}]` : at.host;
  const account = [user, password].map(encodeURIComponent).join(":");
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    url: `amqp://${account}@${host}:${at.port}/${encodeURIComponent(vhost)}`,
  };
}

/** RabbitMQ's clients agree on no variables; these are the ones that are found most. */
export function rabbitmqEnv(values: SpaceValues): Record<string, string> {
  const { url = "", host = "", port = "", user = "", password = "", vhost = "" } = values;
  return {
    AMQP_URL: url,
    RABBITMQ_URL: url,
    RABBITMQ_HOST: host,
    RABBITMQ_PORT: port,
    RABBITMQ_USER: user,
    RABBITMQ_PASSWORD: password,
    RABBITMQ_VHOST: vhost,
  };
}

/** AMQP has no interactive client: what is in the vhost, and a shell in which `rabbitmqctl --vhost "$VHOST"` goes on. */
export function rabbitmqClient(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const { vhost = "", url = "" } = values;
  const script = 'rabbitmqctl --vhost "$VHOST" list_queues name type messages consumers && exec sh';
  return { argv: ["sh", "-c", script], env: { VHOST: vhost, AMQP_URL: url } };
}
