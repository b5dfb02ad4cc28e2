import type { ProbeSpec } from "../model/index.ts";
import { nearest } from "../support/nearest.ts";

/** The kinds of server whose handshake Seatrial knows. */
export const PRESETS = [
  "postgres",
  "mysql",
  "mariadb",
  "redis",
  "mongodb",
  "rabbitmq",
  "kafka",
  "nats",
] as const;
export type Preset = (typeof PRESETS)[number];

/** How the user wants a service's readiness to be found out. */
export type ReadyConfig =
  | { kind: "probe"; probe: Extract<ProbeSpec, { kind: "tcp" | "http" }> }
  | { kind: "preset"; preset: Preset }
  /** Ready as soon as its process runs. */
  | { kind: "started" };

export const READY_EXPECTED = `http://:8000/healthz, tcp://:6379, started, or one of ${PRESETS.join(", ")}`;

/** Reads a `ready:` value. */
export function parseReady(text: string): { ready: ReadyConfig } | { problem: string } {
  if (text === "started") return { ready: { kind: "started" } };
  const preset = PRESETS.find((name) => name === text);
  if (preset !== undefined) return { ready: { kind: "preset", preset } };
  const match = /^(https?|tcp):\/\/([^:/?#]*)(?::(\d{1,5}))?(\/[^\s#]*)?$/.exec(text);
  if (match === null) {
    const near = nearest(text, [...PRESETS, "started"]);
    return { problem: near === undefined ? READY_EXPECTED : `${READY_EXPECTED}; did you mean ${near}?` };
  }
  const [, scheme = "", host = "", digits, path = ""] = match;
  if (host !== "") {
    return {
      problem: `an address without a host, such as ${scheme}://:${digits ?? "8000"}${path} (the service itself is asked)`,
    };
  }
  const port = Number(digits ?? { http: 80, https: 443 }[scheme]);
  if (!(port >= 1 && port <= 65_535))
    return { problem: "an address with a port from 1 to 65535, such as tcp://:6379" };
  if (scheme === "tcp") {
    if (path !== "") return { problem: `tcp://:${port} without a path` };
    return { ready: { kind: "probe", probe: { kind: "tcp", port } } };
  }
  const http = scheme === "https" ? "https" : "http";
  return {
    ready: { kind: "probe", probe: { kind: "http", port, path: path === "" ? "/" : path, scheme: http } },
  };
}
