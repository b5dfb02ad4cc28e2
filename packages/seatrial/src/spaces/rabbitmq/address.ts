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

/** The client runs beside the server, where `rabbitmqctl` reaches no node, and images have no HTTP client. */
const OPEN = `
exec 3<>"/dev/tcp/$RABBITMQ_HOST/\${RABBITMQ_MANAGEMENT_PORT_NUMBER:-15672}" || exit
printf '%s\\r\\n' "GET /api/queues/$VHOST_PATH?columns=name,type,messages,consumers HTTP/1.0" "Host: $RABBITMQ_HOST" "Authorization: Basic $LOGIN" "" >&3
sed -e '1,/^\\r*$/d' -e 's/},{/},\\n {/g' <&3; echo
exec 3>&-
echo 'AMQP_URL has the address of this vhost' >&2
exec bash`;

/** AMQP has no interactive client: what queues the vhost has, and a shell with the space's variables. */
export function rabbitmqClient(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const { user = "", password = "", vhost = "" } = values;
  return {
    argv: ["bash", "-c", OPEN],
    env: {
      ...rabbitmqEnv(values),
      VHOST_PATH: encodeURIComponent(vhost),
      LOGIN: Buffer.from(`${user}:${password}`).toString("base64"),
    },
  };
}
