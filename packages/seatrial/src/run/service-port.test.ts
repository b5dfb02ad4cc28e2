import { expect, it } from "vitest";
import type { ProbeSpec, SpaceKind } from "../model/index.ts";
import type { ServerAddress } from "../services/index.ts";
import { serviceSpec } from "../services/testing/world.ts";
import { servicePort } from "./service-port.ts";

const http = (port: number): ProbeSpec => ({ kind: "http", port, path: "/", scheme: "http" });

function portOf(options: {
  kind?: SpaceKind;
  server?: ServerAddress;
  exposed?: number[];
  probes?: ProbeSpec[];
}) {
  const { kind, server, exposed = [], probes = [] } = options;
  const spec = serviceSpec({ readiness: { probes, deadline: 1 } });
  return servicePort({ service: { spec, server }, kind, exposed });
}

it("is what the service's settings say", () => {
  expect(portOf({ kind: "postgres", server: { port: 6000 }, exposed: [5432] })).toBe(6000);
});

it("is the kind's usual one when it is among those that the service or its image names", () => {
  expect(portOf({ kind: "nats", exposed: [8222, 4222], probes: [http(8222)] })).toBe(4222);
  expect(portOf({ kind: "s3", server: { ports: [9001, 9000] } })).toBe(9000);
  expect(portOf({ kind: "s3", exposed: [4510, 4566] })).toBe(4566);
});

it("is the first that is named, else the kind's usual one, else none", () => {
  expect(portOf({ kind: "nats", server: { ports: [4333] }, exposed: [4222] })).toBe(4222);
  expect(portOf({ kind: "nats", server: { ports: [4333] } })).toBe(4333);
  expect(portOf({ kind: "nats" })).toBe(4222);
  expect(portOf({ probes: [http(8000)] })).toBe(8000);
  expect(portOf({})).toBeUndefined();
});
