import type { ProbeSpec } from "../../model/index.ts";
import type { Preset, PresetContext } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that speak Kafka's protocol. */
export const KAFKA_IMAGES = ["kafka", "kafka-native", "cp-kafka", "cp-server", "confluent-local", "redpanda"];

/** Kafka: Apache's, Confluent's and Bitnami's images, and Redpanda. */
export function kafkaPreset(context: PresetContext): Preset {
  return { name: "kafka", probe: probeOf(context), confirmations: 1, yieldsToHealthcheck: false };
}

interface Listener {
  name: string;
  host: string;
  port: number;
}

function probeOf(context: PresetContext): ProbeSpec {
  const controllers = listOf(context, "CONTROLLER_LISTENER_NAMES", "CONTROLLER");
  const protocols = new Map(
    listOf(context, "LISTENER_SECURITY_PROTOCOL_MAP", "").map(
      (pair) => pair.split(":", 2) as [string, string],
    ),
  );
  const reachable = listenersOf(context).filter(
    ({ name, host }) => !controllers.includes(name) && !["localhost", "127.0.0.1", "[::1]"].includes(host),
  );
  const isPlain = ({ name }: Listener) => !/SSL|SASL/.test(protocols.get(name) ?? name);
  const plain = reachable.find(isPlain);
  if (plain !== undefined || reachable[0] === undefined) return { kind: "kafka", port: plain?.port ?? 9092 };
  // Only listeners that want TLS or a login: that someone listens is all that can be seen.
  return { kind: "tcp", port: reachable[0].port };
}

/** Where the server listens: its own setting, Redpanda's option, or what Confluent's image derives from the addresses it advertises. */
function listenersOf(context: PresetContext): Listener[] {
  const advertised = listOf(context, "ADVERTISED_LISTENERS", "").map(withoutHost);
  const own = listOf(context, "LISTENERS", "");
  const redpanda = (optionValue(context.words, ["--kafka-addr"]) ?? "").split(",");
  const given = [own, redpanda, advertised].find((list) => list.some((text) => text !== "")) ?? [];
  return given.flatMap((text) => {
    const parts = /^(?:([\w.-]+):\/\/)?(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text.trim());
    if (parts === null) return [];
    return [{ name: parts[1] ?? "", host: parts[2] ?? "", port: portOf([parts[3]], 9092) }];
  });
}

/** An advertised address is for clients: `localhost` there does not mean that the server listens on loopback. */
function withoutHost(listener: string): string {
  return listener.replace(/\/\/.*:/, "//:");
}

function listOf(context: PresetContext, name: string, otherwise: string): string[] {
  const text = setting(context, [`KAFKA_${name}`, `KAFKA_CFG_${name}`]) ?? otherwise;
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
