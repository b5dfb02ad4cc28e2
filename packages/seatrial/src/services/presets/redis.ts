import type { ProbeSpec } from "../../model/index.ts";
import { shellWords } from "./command-words.ts";
import type { Preset, PresetContext } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

/** The images, by the last part of their names, that speak Redis' protocol. */
export const REDIS_IMAGES = [
  "redis",
  "redis-stack",
  "redis-stack-server",
  "valkey",
  "valkey-bundle",
  "keydb",
  "dragonfly",
];

/** Redis and what speaks its protocol. Nothing is kept: an empty store boots faster than a snapshot is found. */
export function redisPreset(context: PresetContext): Preset {
  return { name: "redis", probe: probeOf(context), confirmations: 1, yieldsToHealthcheck: false };
}

function probeOf(context: PresetContext): ProbeSpec {
  const words = optionsOf(context);
  const given = optionValue(words, ["--port"]);
  const secure = optionValue(words, ["--tls-port"]);
  // No plain port: that someone listens is all that can be seen without certificates.
  if (given === "0" && secure !== undefined) return { kind: "tcp", port: portOf([secure], 6379) };
  const fromBitnami = context.image?.bitnami
    ? setting(context, ["REDIS_PASSWORD", "VALKEY_PASSWORD"])
    : undefined;
  const password = optionValue(words, ["--requirepass"]) ?? fromBitnami;
  const { REDIS_PORT_NUMBER, VALKEY_PORT_NUMBER } = context.env;
  return {
    kind: "redis",
    port: portOf([given, REDIS_PORT_NUMBER, VALKEY_PORT_NUMBER], 6379),
    password: password || undefined,
  };
}

/** The server's options in the order in which it reads them: configuration file, command, then the stack image's variable. */
function optionsOf({ words, env, fileText }: PresetContext): string[] {
  const file = words.find((word) => /^[^-].*\.conf$/.test(word));
  const text = file === undefined ? undefined : fileText(file);
  const lines = text?.match(/^\s*(requirepass|port|tls-port)\s+\S.*$/gm) ?? [];
  return [
    ...lines.flatMap((line) => shellWords(`--${line.trim()}`, {})),
    ...words,
    ...shellWords(env["REDIS_ARGS"] ?? "", env),
  ];
}
