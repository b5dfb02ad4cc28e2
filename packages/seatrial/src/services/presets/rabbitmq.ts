import type { Preset, PresetContext } from "./preset.ts";
import { portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that hold RabbitMQ. */
export const RABBITMQ_IMAGES = ["rabbitmq"];

const CONFIG = ["/etc/rabbitmq/rabbitmq.conf", "/etc/rabbitmq/conf.d/10-defaults.conf"];
const DEFINITIONS = "/etc/rabbitmq/definitions.json";

/** RabbitMQ: the official image and Bitnami's. It has no bootstrap server, and its protocol tells no start time. */
export function rabbitmqPreset(context: PresetContext): Preset {
  const { env } = context;
  const port = portOf([env["RABBITMQ_NODE_PORT"], env["RABBITMQ_NODE_PORT_NUMBER"]], 5672);
  const fallback = context.image?.bitnami ? ["user", "bitnami"] : ["guest", "guest"];
  const user = setting(context, ["RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"]) ?? fallback[0] ?? "";
  const password = setting(context, ["RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"]) ?? fallback[1] ?? "";
  const vhost = setting(context, ["RABBITMQ_DEFAULT_VHOST", "RABBITMQ_VHOST"]) ?? "/";
  return {
    name: "rabbitmq",
    probe: accountsAreElsewhere(context)
      ? { kind: "tcp", port }
      : { kind: "rabbitmq", port, user, password, vhost },
    confirmations: 1,
    yieldsToHealthcheck: false,
  };
}

/** With definitions of its own the server does not make the default account, or makes it another. */
function accountsAreElsewhere({ fileText }: PresetContext): boolean {
  if (fileText(DEFINITIONS) !== undefined) return true;
  return CONFIG.some((path) =>
    /^\s*((management\.)?load_definitions|definitions\.|default_(user|pass|vhost))/m.test(
      fileText(path) ?? "",
    ),
  );
}
